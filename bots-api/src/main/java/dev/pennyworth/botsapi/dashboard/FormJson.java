package dev.pennyworth.botsapi.dashboard;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pennyworth.connectors.HttpFailure;
import dev.pennyworth.connectors.Json;
import io.micronaut.http.HttpRequest;
import java.math.BigDecimal;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Makes the body that the API takes of a form's fields. What is left empty is `null`: the default,
/// or cleared. Secrets that are left empty stay as they are.
final class FormJson {
  private static final int CENT_DIGITS = 2;
  private static final int NUMBER_LENGTH_MAX = 18;

  private final Form form;
  private final ObjectNode body = JsonNodeFactory.instance.objectNode();

  FormJson(Form form) {
    this.form = form;
  }

  FormJson texts(String... fields) {
    for (var field : fields) {
      object(field).put(last(field), blankIsNull(form.value(field)));
    }
    return this;
  }

  FormJson secrets(List<String> fields) {
    for (var field : fields) {
      if (!form.value(field).isEmpty()) {
        object(field).put(last(field), form.value(field).strip());
      }
    }
    return this;
  }

  /// Whole or decimal numbers. What is none goes as a text, which the service refuses.
  FormJson numbers(String... fields) {
    for (var field : fields) {
      var text = form.value(field).strip();
      if (text.isEmpty()) {
        object(field).putNull(last(field));
      } else if (text.length() <= NUMBER_LENGTH_MAX && text.matches("-?\\d+")) {
        object(field).put(last(field), Long.parseLong(text));
      } else if (text.length() <= NUMBER_LENGTH_MAX && text.matches("-?\\d+\\.\\d+")) {
        object(field).put(last(field), new BigDecimal(text));
      } else {
        object(field).put(last(field), text);
      }
    }
    return this;
  }

  /// Amounts in dollars, which the API takes in cents.
  ///
  /// @throws HttpFailure 422 if one is no amount
  FormJson dollars(String... fields) {
    for (var field : fields) {
      if (form.value(field).isBlank()) {
        object(field).putNull(last(field));
      } else {
        object(field).put(last(field), cents(form, field));
      }
    }
    return this;
  }

  /// Boxes: ticked or not.
  FormJson flags(String... fields) {
    for (var field : fields) {
      body.put(field, form.isOn(field));
    }
    return this;
  }

  /// The object itself, for what no other method can.
  ObjectNode tree() {
    return body;
  }

  byte[] bytes(Json json) {
    return json.write(body);
  }

  /// As a controller of the API takes it.
  HttpRequest<byte[]> request(Json json) {
    return HttpRequest.POST("/", bytes(json));
  }

  /// An amount in dollars as cents.
  ///
  /// @throws HttpFailure 422 if it is none
  static BigDecimal cents(Form form, String field) {
    var text = form.value(field).strip().replaceFirst("^\\$", "");
    if (text.length() > NUMBER_LENGTH_MAX || !text.matches("\\d+(?:\\.\\d+)?|\\.\\d+")) {
      throw HttpFailure.invalidValue(field, "This must be an amount in US dollars.");
    }
    return new BigDecimal(text).movePointRight(CENT_DIGITS);
  }

  /// `llm_config.temperature` stands in an object of its own.
  private ObjectNode object(String field) {
    int dot = field.indexOf('.');
    return dot < 0 ? body : body.withObject("/" + field.substring(0, dot));
  }

  private static String last(String field) {
    return field.substring(field.indexOf('.') + 1);
  }

  private static @Nullable String blankIsNull(String text) {
    return text.isBlank() ? null : text;
  }
}
