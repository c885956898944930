package dev.pennyworth.botsapi.dashboard;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pennyworth.botsapi.accounts.Caller;
import dev.pennyworth.connectors.HttpFailure;
import dev.pennyworth.connectors.Json;
import io.micronaut.http.HttpRequest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/// The forms of tools.
final class ToolForm {
  private static final String PARAMETERS = "parameters";
  private static final String NOTHING_ASKED =
      """
      {
        "type": "object",
        "properties": {}
      }
      """;

  private ToolForm() {}

  static Form empty() {
    return Form.empty().with(PARAMETERS, NOTHING_ASKED).with("method", "GET");
  }

  /// @throws HttpFailure 422 if the parameters are no JSON
  static HttpRequest<byte[]> body(Form form, Json json) {
    var body = new FormJson(form).texts("name", "description", "method", "url");
    if (!form.value("price_cents").isBlank()) {
      body.dollars("price_cents");
    }
    header(form, body);
    if (!form.value(PARAMETERS).isBlank()) {
      body.tree().set(PARAMETERS, parameters(form, json));
    }
    return body.request(json);
  }

  /// One header, which is what nearly every tool needs: its key.
  static void header(Form form, FormJson body) {
    if (!form.value("header_name").isBlank()) {
      ObjectNode headers = body.tree().putObject("headers");
      headers.put(form.value("header_name").strip(), form.value("header_value").strip());
    }
  }

  /// Whether a tool is on, and what a call costs: as far as the role reaches.
  static FormJson change(Caller caller, Form form) {
    var body = new FormJson(form);
    if (caller.role().editsBots()) {
      body.flags("enabled");
    }
    if (caller.role().movesMoney()) {
      body.dollars("price_cents");
    }
    return body;
  }

  private static JsonNode parameters(Form form, Json json) {
    try {
      return json.read(form.value(PARAMETERS).getBytes(StandardCharsets.UTF_8));
    } catch (IOException _) {
      throw HttpFailure.invalidValue(PARAMETERS, "parameters must be JSON.");
    }
  }
}
