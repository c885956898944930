package dev.pennyworth.botsapi.dashboard;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/// Times and durations as people read them. Times are UTC, and say so.
public final class TimeText {
  private static final DateTimeFormatter MINUTES =
      DateTimeFormatter.ofPattern("d MMM yyyy, HH:mm 'UTC'", Locale.ENGLISH)
          .withZone(ZoneOffset.UTC);
  private static final long SECOND_MILLIS = 1_000;
  private static final long MINUTE_MILLIS = 60 * SECOND_MILLIS;

  private TimeText() {}

  public static String of(Instant at) {
    return MINUTES.format(at);
  }

  public static String of(Duration duration) {
    return ofMillis(duration.toMillis());
  }

  public static String ofMillis(long millis) {
    if (millis < SECOND_MILLIS) {
      return millis + " ms";
    }
    if (millis < MINUTE_MILLIS) {
      return "%d.%d s".formatted(millis / SECOND_MILLIS, millis % SECOND_MILLIS / 100);
    }
    return "%d min %d s".formatted(millis / MINUTE_MILLIS, millis % MINUTE_MILLIS / SECOND_MILLIS);
  }
}
