package dev.pennyworth.botsapi.dashboard;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pennyworth.billing.NanoUsd;
import dev.pennyworth.botsapi.audit.AuditAction;
import dev.pennyworth.botsapi.audit.AuditController;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
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

  private static final String CENTS = "cents";
  private static final String NONE = "none";

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
    return state.stream().flatMap(AuditPage::facts).toList();
  }

  /// The same of what was made, without what it does not have.
  public static List<Fact> factsOfNew(Optional<JsonNode> state) {
    return facts(state).stream().filter(fact -> !fact.text().equals(NONE)).toList();
  }

  private static Stream<Fact> facts(JsonNode object) {
    return object
        .propertyStream()
        .flatMap(field ->
            field.getValue().isObject()
                ? facts(field.getValue())
                : Stream.of(
                    new Fact(
                        Words.spoken(field.getKey().replace("_" + CENTS, "")),
                        text(field.getKey(), field.getValue()))));
  }

  private static String text(String name, JsonNode value) {
    if (value.isNull() || (value.isContainerNode() && value.isEmpty())) {
      return NONE;
    }
    if (value.isNumber() && (name.equals(CENTS) || name.endsWith("_" + CENTS))) {
      return NanoUsd.parseCents(value.decimalValue().toPlainString())
          .map(MoneyText::exact)
          .orElseGet(value::asText);
    }
    if (value.isArray()) {
      return value.valueStream().map(it -> text(name, it)).collect(Collectors.joining(", "));
    }
    return value.isObject()
        ? value
            .propertyStream()
            .map(field -> text(field.getKey(), field.getValue()))
            .collect(Collectors.joining(" "))
        : value.asText();
  }
}
