package dev.pennyworth.billing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AlertsTest {
  @ParameterizedTest
  @CsvSource({
    "3, 1, 50, 0", // a third is not half
    "3, 2, 50, 1",
    "199, 99, 50, 0",
    "199, 100, 50, 1",
    "199, 198, 100, 0",
    "199, 199, 100, 1",
    "9223372036854775807, 9223372036854775806, 100, 0",
    "9223372036854775807, 4611686018427387903, 50, 0",
    "9223372036854775807, 4611686018427387904, 50, 1",
  })
  void aPercentIsReachedExactly(long limit, long spent, int percent, int told) {
    var row =
        new BudgetRow(
            new TeamId(UUID.randomUUID()),
            "a budget",
            Optional.of(new BotId(UUID.randomUUID())),
            LimitKind.LIFETIME,
            Optional.empty(),
            Optional.of(new NanoUsd(limit)),
            Optional.of(new NanoUsd(limit)),
            new NanoUsd(spent),
            NanoUsd.ZERO);

    var events = Alerts.ofBudget(row, row.limit(), NanoUsd.ZERO, List.of(percent));

    assertThat(events).hasSize(told);
  }
}
