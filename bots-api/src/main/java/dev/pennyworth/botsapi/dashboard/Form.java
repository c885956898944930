package dev.pennyworth.botsapi.dashboard;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.pennyworth.billing.NanoUsd;
import dev.pennyworth.connectors.HttpFailure;
import io.micronaut.http.HttpRequest;
import java.net.URLEncoder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A form as it was filled in, and what is wrong with it. Fields are named as the API names them,
/// so that a refusal of a service finds its field.
public final class Form {
  private static final Pattern CENTS_RANGE = Pattern.compile("from ([0-9.,]+) to ([0-9.,]+)");
  private static final Pattern CENTS_LEAST = Pattern.compile("at least ([0-9.]+)");

  private final Map<String, List<String>> values;
  private final Map<String, String> errors;
  private final Optional<String> problem;

  private Form(
      Map<String, List<String>> values, Map<String, String> errors, Optional<String> problem) {
    this.values = Map.copyOf(values);
    this.errors = Map.copyOf(errors);
    this.problem = problem;
  }

  public static Form empty() {
    return new Form(Map.of(), Map.of(), Optional.empty());
  }

  static Form of(Map<String, List<String>> values) {
    return new Form(values, Map.of(), Optional.empty());
  }

  /// The filters of a page, as its address has them.
  static Form ofQuery(HttpRequest<?> request) {
    var values = new HashMap<String, List<String>>();
    request.getParameters().forEach(entry -> values.put(entry.getKey(), entry.getValue()));
    return of(values);
  }

  /// The same with a value where the browser sent none.
  public Form with(String field, String value) {
    var more = new HashMap<>(values);
    more.put(field, List.of(value));
    return new Form(more, errors, problem);
  }

  /// What stands in a field; empty if nothing does.
  public String value(String field) {
    return all(field).stream().findFirst().orElse("");
  }

  /// What stands in a field, as services of the API take it: null if nothing does.
  @Nullable String given(String field) {
    var value = value(field).strip();
    return value.isEmpty() ? null : value;
  }

  /// The filters as an address carries them; empty fields are left out.
  ///
  /// @param fields in their order
  String query(String... fields) {
    return Stream.of(fields)
        .filter(field -> given(field) != null)
        .map(field -> field + "=" + URLEncoder.encode(value(field).strip(), UTF_8))
        .collect(Collectors.joining("&"));
  }

  /// Everything that was sent under a name, such as the boxes that are ticked.
  public List<String> all(String field) {
    return values.getOrDefault(field, List.of());
  }

  /// Whether a box is ticked, or one of several is chosen.
  public boolean isOn(String field) {
    return !value(field).isEmpty();
  }

  /// What is wrong with a field, as a sentence.
  public Optional<String> error(String field) {
    return Optional.ofNullable(errors.get(field));
  }

  /// What is wrong with the form as a whole.
  public Optional<String> problem() {
    return problem;
  }

  /// The same with what is wrong with it as a whole, in a page's own words.
  Form withProblem(String sentence) {
    return new Form(values, errors, Optional.of(sentence));
  }

  /// The same with what a service refused: at its field, if it names one that the form has.
  Form refused(HttpFailure failure) {
    var field = String.valueOf(failure.details().get("field"));
    if (!values.containsKey(field)) {
      return new Form(values, errors, Optional.of(failure.message()));
    }
    var more = new HashMap<>(errors);
    more.put(field, sentence(failure, field));
    return new Form(values, more, problem);
  }

  /// The service's sentence begins with the field's name, which the person knows as a label.
  private static String sentence(HttpFailure failure, String field) {
    if (field.contains("cents")) {
      return failure.message().endsWith("required.")
          ? "This is required."
          : amount(String.valueOf(failure.details().get("allowed")));
    }
    var message = failure.message();
    return message.startsWith(field) ? "This" + message.substring(field.length()) : message;
  }

  /// The API says in cents what is allowed; the form has dollars.
  private static String amount(String allowed) {
    var range = CENTS_RANGE.matcher(allowed);
    if (range.find()) {
      return "This must be an amount from %s to %s."
          .formatted(dollars(range.group(1)), dollars(range.group(2)));
    }
    var least = CENTS_LEAST.matcher(allowed);
    return least.find()
        ? "This must be at least %s.".formatted(dollars(least.group(1)))
        : "This must be an amount in US dollars, such as 2.50.";
  }

  private static String dollars(String cents) {
    return NanoUsd.parseCents(cents.replace(",", "")).map(MoneyText::shown).orElse(cents);
  }
}
