package dev.pennyworth.botsapi;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class IdsTest {
  @Test
  void theySortAsTheyWereMadeAlsoWithinAMillisecond() {
    var ids = new BotsApiWiring().ids();

    // As texts they sort as in the database.
    assertThat(Stream.generate(ids).limit(10_000).map(UUID::toString))
        .isSorted()
        .doesNotHaveDuplicates();
  }
}
