package dev.pennyworth.connectors;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pennyworth.agentloop.SecretText;
import dev.pennyworth.billing.NanoUsd;
import dev.pennyworth.billing.TeamId;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class JsonTest {
  private final Json json = new Json(Json.mapper(List.of()));

  private record Example(
      TeamId teamId, Instant createdAt, Optional<String> welcomeMessage, SecretText key) {}

  @Test
  void namesAreSnakeCaseIdsTypedTimesIsoSecretsHiddenAndNothingIsLeftOut() {
    var example =
        new Example(
            new TeamId(new UUID(1, 2)),
            Instant.parse("2026-03-14T09:26:53.589793Z"),
            Optional.empty(),
            new SecretText("canary"));

    assertThat(written(example))
        .isEqualTo(
            "{\"team_id\":\"team_00000000000000010000000000000002\","
                + "\"created_at\":\"2026-03-14T09:26:53.589793Z\","
                + "\"welcome_message\":null,\"key\":\"***\"}");
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "1, 0.0000001",
    "97950, 0.009795",
    "2085000, 0.2085",
    "10000000, 1",
    "-5000000000, -500",
    "9223372036854775807, 922337203685.4775807",
  })
  void moneyIsAPlainNumberOfCentsAndReadsBackExactly(long nanos, String cents) throws Exception {
    assertThat(written(new NanoUsd(nanos))).isEqualTo(cents);

    var read = json.read(cents.getBytes(StandardCharsets.UTF_8)).decimalValue();
    assertThat(NanoUsd.parseCents(read.toPlainString())).contains(new NanoUsd(nanos));
  }

  private String written(Object value) {
    return new String(json.write(value), StandardCharsets.UTF_8);
  }
}
