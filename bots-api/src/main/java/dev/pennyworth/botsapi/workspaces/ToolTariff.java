package dev.pennyworth.botsapi.workspaces;

import dev.pennyworth.billing.NanoUsd;
import dev.pennyworth.billing.ToolPrice;
import dev.pennyworth.billing.ToolPrice.Rule;
import dev.pennyworth.connectors.HttpFailure;
import dev.pennyworth.connectors.RequestBody;
import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;

/// What an owner asks for calls of a tool: `price_cents` and `price_rules`.
///
/// @param base of a call for which no rule says otherwise
public record ToolTariff(NanoUsd base, List<Rule> rules) {
  static final List<String> FIELDS = List.of("price_cents", "price_rules");
  static final ToolTariff FREE = new ToolTariff(NanoUsd.ZERO, List.of());

  /// Dearer is a slip of the pen; with it a call of a million units of every rule still has a price
  /// within 64 bits.
  private static final BigDecimal CENTS_MAX = BigDecimal.valueOf(10_000);

  private static final int RULES_MAX = 20;
  private static final int ARGUMENT_LENGTH_MAX = 200;
  private static final int VALUE_LENGTH_MAX = 200;
  private static final List<String> RULE_FIELDS = List.of("argument", "value", "price_cents");

  public ToolTariff {
    rules = List.copyOf(rules);
  }

  static ToolTariff of(Optional<ToolPrice> price) {
    return price.map(it -> new ToolTariff(it.base(), it.rules())).orElse(FREE);
  }

  /// Reads what a request names; what it does not name stays, and `null` makes free again.
  ///
  /// @throws HttpFailure 400 or 422
  static ToolTariff read(RequestBody body, ToolTariff before) {
    return new ToolTariff(
        body.names("price_cents")
            ? body.cents("price_cents", BigDecimal.ZERO, CENTS_MAX).orElse(NanoUsd.ZERO)
            : before.base(),
        body.names("price_rules")
            ? body.objects("price_rules", RULES_MAX, RULE_FIELDS).stream()
                .map(ToolTariff::rule)
                .toList()
            : before.rules());
  }

  private static Rule rule(RequestBody body) {
    String argument = body.required("argument", body.text("argument", 1, ARGUMENT_LENGTH_MAX));
    var price = body.required("price_cents", body.cents("price_cents", BigDecimal.ZERO, CENTS_MAX));
    return body.text("value", 0, VALUE_LENGTH_MAX)
        .<Rule>map(value -> new Rule.Equal(argument, value, price))
        .orElseGet(() -> new Rule.PerUnit(argument, price));
  }

  boolean isFree() {
    return base.nanos() == 0 && rules.isEmpty();
  }

  /// The rules as requests write them.
  List<RuleView> rulesView() {
    return rules.stream()
        .map(rule ->
            switch (rule) {
              case Rule.Equal(var argument, var value, var price) ->
                  new RuleView(argument, Optional.of(value), price);
              case Rule.PerUnit(var argument, var price) ->
                  new RuleView(argument, Optional.empty(), price);
            })
        .toList();
  }

  /// How a price depends on an argument.
  ///
  /// @param value where the argument is this text, a call costs `price_cents` instead; null: each
  ///   unit of the argument costs so much more
  public record RuleView(String argument, Optional<String> value, NanoUsd priceCents) {}
}
