package dev.pennyworth.botsapi.events;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pennyworth.billing.NanoUsd;
import java.math.BigDecimal;
import java.util.Optional;
import java.util.stream.Collectors;

/// The facts of an event as an e-mail says them. What is missing has a word that fits in its place:
/// billing of another version may know more or less.
final class EventFacts {
  private static final String NANOS = "_nanos";
  private static final int NANO_DIGITS = 9;
  private static final int DOLLAR_DIGITS_MIN = 2;
  private static final int LENGTH_MAX = 300;

  private final JsonNode facts;

  EventFacts(JsonNode facts) {
    this.facts = facts;
  }

  /// A fact in words; `otherwise` if it is not there.
  String text(String name, String otherwise) {
    return Optional.ofNullable(facts.get(name)).map(EventFacts::plain).orElse(otherwise);
  }

  /// An amount in dollars; `otherwise` if it is not there.
  String money(String name, String otherwise) {
    return Optional.ofNullable(facts.get(name))
        .filter(JsonNode::canConvertToLong)
        .map(amount -> dollars(amount.longValue()))
        .orElse(otherwise);
  }

  /// A clause about a fact, or nothing.
  ///
  /// @param clause with a `%s` for the fact
  String clause(String clause, String name) {
    return facts.has(name) ? clause.formatted(text(name, "")) : "";
  }

  /// The same for an amount.
  String moneyClause(String clause, String name) {
    return facts.has(name) ? clause.formatted(money(name, "")) : "";
  }

  /// All facts, one a line.
  String list() {
    return facts.properties().stream()
        .map(fact -> line(fact.getKey(), fact.getValue()))
        .collect(Collectors.joining("\n"));
  }

  private static String line(String name, JsonNode value) {
    return name.endsWith(NANOS) && value.canConvertToLong()
        ? "  %s: %s"
            .formatted(
                words(name.substring(0, name.length() - NANOS.length())),
                dollars(value.longValue()))
        : "  %s: %s".formatted(words(name), plain(value));
  }

  private static String words(String name) {
    return name.replace('_', ' ');
  }

  /// On one line, so that nothing can pass for a line of ours.
  static String plain(JsonNode value) {
    return plain(value.isValueNode() ? value.asText() : value.toString());
  }

  static String plain(String text) {
    var line = text.replaceAll("[\\p{Cntrl}\\s]+", " ").strip();
    return line.length() <= LENGTH_MAX ? line : line.substring(0, LENGTH_MAX) + "…";
  }

  /// Exact: as many digits as it needs, and two at least.
  static String dollars(long nanos) {
    var amount = new BigDecimal(new NanoUsd(nanos).toCents()).movePointLeft(2).stripTrailingZeros();
    var shown = amount.setScale(Math.clamp(amount.scale(), DOLLAR_DIGITS_MIN, NANO_DIGITS));
    return shown.signum() < 0 ? "-$" + shown.negate().toPlainString() : "$" + shown.toPlainString();
  }
}
