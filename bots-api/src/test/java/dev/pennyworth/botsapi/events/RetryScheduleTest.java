package dev.pennyworth.botsapi.events;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class RetryScheduleTest {
  private static final Instant NOW = Instant.parse("2026-03-14T09:26:53Z");

  private final RetrySchedule schedule = new RetrySchedule(new SplittableRandom(14));

  @Test
  void thePausesGrowFromFiveSecondsToADayAndThenItIsOver() {
    var pauses = new ArrayList<Duration>();
    for (int tries = 1; tries < RetrySchedule.ATTEMPTS_MAX; tries++) {
      pauses.add(pause(tries, Optional.empty()));
    }

    var expected = List.of(5, 60, 300, 1_800, 7_200, 18_000, 36_000, 86_400);
    assertThat(pauses).hasSameSizeAs(expected);
    for (int i = 0; i < pauses.size(); i++) {
      long seconds = expected.get(i);
      assertThat(pauses.get(i))
          .isBetween(Duration.ofSeconds(seconds), Duration.ofMillis(seconds * 1_200));
    }
    assertThat(schedule.next(RetrySchedule.ATTEMPTS_MAX, Optional.empty(), NOW)).isEmpty();
  }

  @Test
  void whatTheReceiverAsksForMakesAPauseLongerButNeverShorterAndADayAtMost() {
    assertThat(pause(1, Optional.of(Duration.ofMinutes(2)))).isEqualTo(Duration.ofMinutes(2));
    assertThat(pause(4, Optional.of(Duration.ofSeconds(1)))).isGreaterThan(Duration.ofMinutes(29));
    assertThat(pause(1, Optional.of(Duration.ofDays(400)))).isEqualTo(Duration.ofDays(1));
  }

  private Duration pause(int tries, Optional<Duration> retryAfter) {
    return Duration.between(NOW, schedule.next(tries, retryAfter, NOW).orElseThrow());
  }
}
