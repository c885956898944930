package dev.pennyworth.botsapi.dashboard;

import dev.pennyworth.connectors.HttpFailure;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A form as it was filled in, and what is wrong with it. Fields are named as the API names them,
/// so that a refusal of a service finds its field.
public final class Form {
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
          : "This must be an amount in US dollars, such as 2.50.";
    }
    var message = failure.message();
    return message.startsWith(field) ? "This" + message.substring(field.length()) : message;
  }
}
