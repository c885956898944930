package dev.pennyworth.botsapi.http;

import dev.pennyworth.connectors.HttpFailure;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// One end of a range, as a query names it.
public sealed interface TimeOrDay {
  Instant TIME_MIN = Instant.parse("2000-01-01T00:00:00Z");
  Instant TIME_MAX = Instant.parse("2200-01-01T00:00:00Z");

  record Time(Instant instant) implements TimeOrDay {}

  record Day(LocalDate date) implements TimeOrDay {}

  /// @throws HttpFailure 422 if the text is neither, or centuries away
  static Optional<TimeOrDay> read(String field, @Nullable String text) {
    if (text == null) {
      return Optional.empty();
    }
    try {
      var read =
          text.contains("T") ? new Time(Instant.parse(text)) : new Day(LocalDate.parse(text));
      var start = read.start(0);
      if (start.isAfter(TIME_MIN) && start.isBefore(TIME_MAX)) {
        return Optional.of(read);
      }
    } catch (DateTimeException _) {
      // Answered below, like a time that no ledger has seen.
    }
    throw HttpFailure.invalidValue(
        field,
        field + " must be a time such as 2026-03-14T12:00:00Z or a date such as 2026-03-14.");
  }

  /// The time, or the day's begin in UTC.
  ///
  /// @param daysAfterDate added to a day
  default Instant start(int daysAfterDate) {
    return switch (this) {
      case Time(var instant) -> instant;
      case Day(var date) -> date.plusDays(daysAfterDate).atStartOfDay(ZoneOffset.UTC).toInstant();
    };
  }

  /// The day, or the one that the time is in.
  default LocalDate day(ZoneId zone) {
    return switch (this) {
      case Time(var instant) -> instant.atZone(zone).toLocalDate();
      case Day(var date) -> date;
    };
  }

  default Optional<LocalDate> asDay() {
    return this instanceof Day(var date) ? Optional.of(date) : Optional.empty();
  }

  default Optional<Instant> asTime() {
    return this instanceof Time(var instant) ? Optional.of(instant) : Optional.empty();
  }
}
