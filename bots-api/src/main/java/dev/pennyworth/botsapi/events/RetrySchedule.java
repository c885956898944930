package dev.pennyworth.botsapi.events;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/// When a delivery that failed is tried again. The pauses are those of Standard Webhooks' example,
/// each with up to a fifth more, so that what failed together does not come back together.
final class RetrySchedule {
  private static final List<Duration> PAUSES =
      List.of(
          Duration.ofSeconds(5),
          Duration.ofMinutes(1),
          Duration.ofMinutes(5),
          Duration.ofMinutes(30),
          Duration.ofHours(2),
          Duration.ofHours(5),
          Duration.ofHours(10),
          Duration.ofHours(24));

  /// The first, and one after each pause.
  static final int ATTEMPTS_MAX = PAUSES.size() + 1;

  private static final int JITTER_PART = 5;
  private static final Duration RETRY_AFTER_MAX = Duration.ofHours(24);

  private final List<Duration> pauses;
  private final RandomGenerator random;

  RetrySchedule(RandomGenerator random) {
    this(PAUSES, random);
  }

  /// @param pauses after the first attempt, after the second, and so on: then it is given up
  RetrySchedule(List<Duration> pauses, RandomGenerator random) {
    this.pauses = List.copyOf(pauses);
    this.random = random;
  }

  /// When the next attempt is due; empty if all are used up.
  ///
  /// @param tries attempts so far, from 1
  /// @param retryAfter what the receiver asked for: it may make a pause longer, up to a day, and
  ///   never shorter
  Optional<Instant> next(int tries, Optional<Duration> retryAfter, Instant now) {
    if (tries > pauses.size()) {
      return Optional.empty();
    }
    var pause = jittered(pauses.get(tries - 1));
    var asked = retryAfter.map(it -> isTooLong(it) ? RETRY_AFTER_MAX : it).orElse(Duration.ZERO);
    return Optional.of(now.plus(asked.compareTo(pause) > 0 ? asked : pause));
  }

  private static boolean isTooLong(Duration asked) {
    return asked.compareTo(RETRY_AFTER_MAX) > 0;
  }

  private Duration jittered(Duration pause) {
    return pause.plusMillis(random.nextLong(pause.toMillis() / JITTER_PART));
  }
}
