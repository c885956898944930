package dev.pennyworth.botsapi.dashboard;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pennyworth.billing.NanoUsd;
import dev.pennyworth.botsapi.audit.AuditAction;
import dev.pennyworth.botsapi.audit.AuditController;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The audit log under its filters.
///
/// @param query the filters, for links
public record AuditPage(
    Form filters,
    String query,
    List<AuditController.EntryView> entries,
    @Nullable String nextCursor) {
  /// What may have been done.
  public static final List<Options.Option> ACTIONS = Options.ofWords(AuditAction.words());

  private static final String CENTS = "_cents";

  public AuditPage {
    entries = List.copyOf(entries);
  }

  /// The page with its filters.
  public String path() {
    return query.isEmpty() ? "/dashboard/audit" : "/dashboard/audit?" + query;
  }

  /// One fact about what was changed.
  public record Fact(String name, String text) {}

  /// What something was or became. Amounts are in dollars.
  public static List<Fact> facts(Optional<JsonNode> state) {
    return state.stream()
        .flatMap(tree -> tree.propertyStream())
        .map(field -> fact(field.getKey(), field.getValue()))
        .toList();
  }

  private static Fact fact(String name, JsonNode value) {
    if (name.endsWith(CENTS) && value.isNumber()) {
      var spoken = Words.spoken(name.substring(0, name.length() - CENTS.length()));
      var amount = NanoUsd.parseCents(value.decimalValue().toPlainString());
      return new Fact(spoken, amount.map(MoneyText::exact).orElse(value.asText()));
    }
    var label = Words.spoken(name.replace(CENTS, ""));
    return new Fact(
        label, value.isNull() ? "none" : value.isValueNode() ? value.asText() : value.toString());
  }
}
