package dev.pennyworth.billing;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// An object of a price file, read field by field. Each reader refuses what cannot be with a
/// sentence that names the entry, the field and what is allowed.
final class PriceEntry {
  static final long NANOS_PER_DOLLAR = 1_000_000_000;

  private static final long CENTS_PER_DOLLAR = 100;

  /// Dearer is a slip of the pen, and the worst case of a long context would overflow.
  private static final long DOLLARS_PER_MILLION_TOKENS_MAX = 1_000;

  private static final NanoUsd TOOL_PRICE_MAX = NanoUsd.ofCents(10_000);
  private static final Instant FROM_MIN = Instant.parse("2000-01-01T00:00:00Z");
  private static final Instant FROM_MAX = Instant.parse("3000-01-01T00:00:00Z");

  private final JsonNode entry;
  private final String place;

  /// @param place names the entry to people
  /// @param known all fields that it may have
  PriceEntry(JsonNode entry, String place, List<String> known) {
    this.entry = entry;
    this.place = place;
    if (!entry.isObject()) {
      throw refused("must be an object with the fields " + String.join(", ", known));
    }
    for (var field : entry.properties()) {
      if (!known.contains(field.getKey())) {
        throw refused(
            "has the unknown field '%s'; it may have %s"
                .formatted(field.getKey(), String.join(", ", known)));
      }
    }
  }

  boolean has(String field) {
    return entry.has(field);
  }

  String text(String field, String pattern, String allowed) {
    var value = entry.path(field);
    if (!value.isTextual() || !value.textValue().matches(pattern)) {
      throw refused("needs %s: %s".formatted(field, allowed));
    }
    return value.textValue();
  }

  boolean flag(String field, boolean otherwise) {
    var value = entry.path(field);
    if (!value.isMissingNode() && !value.isBoolean()) {
      throw refused("needs %s to be true or false".formatted(field));
    }
    return value.asBoolean(otherwise);
  }

  /// Dollars per million tokens are written as text, such as "0.15": a JSON number would pass
  /// through floating point.
  long nanosPerMillion(String field) {
    return money(field)
        .map(NanoUsd::nanos)
        .filter(nanos -> nanos <= NanoUsd.ofCents(DOLLARS_PER_MILLION_TOKENS_MAX).nanos())
        .map(nanos -> nanos * CENTS_PER_DOLLAR)
        .orElseThrow(() ->
            refused(
                "needs %s: dollars per million tokens from 0 to %,d as text, such as \"0.15\""
                    .formatted(field, DOLLARS_PER_MILLION_TOKENS_MAX)));
  }

  /// The price of a call, in cents.
  NanoUsd cents(String field) {
    return money(field)
        .filter(price -> price.compareTo(TOOL_PRICE_MAX) <= 0)
        .orElseThrow(() ->
            refused(
                "needs %s: cents from 0 to %s as text, such as \"0.01\""
                    .formatted(field, TOOL_PRICE_MAX.toCents())));
  }

  /// An amount in plain decimal notation that is not negative, counted in cents.
  private Optional<NanoUsd> money(String field) {
    var value = entry.path(field);
    return value.isTextual()
        ? NanoUsd.parseCents(value.textValue()).filter(amount -> !amount.isNegative())
        : Optional.empty();
  }

  /// A day, which begins at midnight in UTC, or a moment.
  Instant effectiveFrom() {
    var value = entry.path("effective_from");
    return Optional.of(value)
        .filter(JsonNode::isTextual)
        .flatMap(text -> moment(text.textValue()))
        .filter(from -> !from.isBefore(FROM_MIN) && from.isBefore(FROM_MAX))
        .orElseThrow(() ->
            refused(
                "needs effective_from: a day such as \"2026-01-31\" (it begins at midnight in UTC)"
                    + " or a moment such as \"2026-01-31T08:00:00Z\""));
  }

  private static Optional<Instant> moment(String text) {
    try {
      return Optional.of(
          text.contains("T")
              ? Instant.parse(text).truncatedTo(ChronoUnit.MICROS)
              : LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant());
    } catch (DateTimeException _) {
      return Optional.empty();
    }
  }

  /// How a moment is written in a version's name: the same moment always the same.
  static String written(Instant from) {
    var day = from.atZone(ZoneOffset.UTC).toLocalDate();
    return day.atStartOfDay(ZoneOffset.UTC).toInstant().equals(from)
        ? day.toString()
        : from.toString();
  }

  /// The objects of a list inside; none if there is no such list.
  List<PriceEntry> entries(String field, int countMax, List<String> known) {
    var list = entry.path(field);
    if (!list.isMissingNode() && (!list.isArray() || list.size() > countMax)) {
      throw refused("needs %s to be a list of at most %,d objects".formatted(field, countMax));
    }
    var entries = new ArrayList<PriceEntry>();
    for (var inner : list) {
      String number = "%s[%d]".formatted(field, entries.size() + 1);
      entries.add(
          new PriceEntry(inner, "%s, %s%s".formatted(place, number, described(inner)), known));
    }
    return List.copyOf(entries);
  }

  private static String described(JsonNode entry) {
    String name =
        "%s %s %s"
            .formatted(
                entry.path("provider").asText(),
                entry.path("model").asText(),
                entry.path("tool").asText())
            .strip();
    return name.isEmpty() ? "" : " (" + name.substring(0, Math.min(name.length(), 100)) + ")";
  }

  PriceFileRefused refused(String what) {
    return new PriceFileRefused("%s %s.".formatted(place, what));
  }
}
