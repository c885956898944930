package dev.pennyworth.botsapi.workspaces;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pennyworth.billing.ToolPrice;
import dev.pennyworth.botsapi.http.HttpOwnersUrls;
import dev.pennyworth.connectors.HttpFailure;
import dev.pennyworth.connectors.Json;
import dev.pennyworth.connectors.RequestBody;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// How an owner set up an HTTP tool, but for its secrets.
///
/// @param parameters a JSON Schema, as its owner wrote it
/// @param timeoutMillis for a call
record ToolSettings(
    String name,
    String description,
    String method,
    UrlTemplate url,
    String parameters,
    int timeoutMillis,
    boolean isEnabled,
    ToolTariff tariff) {
  static final List<String> METHODS = List.of("GET", "POST", "PUT", "PATCH", "DELETE");
  static final int TIMEOUT_MILLIS_DEFAULT = 20_000;
  static final List<String> FIELDS = fields();

  private static final int TIMEOUT_MILLIS_MIN = 100;
  private static final int TIMEOUT_MILLIS_MAX = 60_000;
  private static final int DESCRIPTION_LENGTH_MAX = 1_024;

  private static List<String> fields() {
    var fields =
        new ArrayList<>(
            List.of(
                "name",
                "description",
                "method",
                "url",
                "parameters",
                "headers",
                "timeout_ms",
                "enabled"));
    fields.addAll(ToolTariff.FIELDS);
    return List.copyOf(fields);
  }

  /// Reads what a request names; what it does not name stays, or is the default, and so is what is
  /// `null`.
  ///
  /// @param before empty for a new tool
  /// @throws HttpFailure 400 or 422
  static ToolSettings read(Json json, RequestBody body, Optional<ToolSettings> before) {
    var settings =
        new ToolSettings(
            body.names("name") || before.isEmpty()
                ? ToolName.readOfTool(body)
                : before.get().name(),
            body.names("description") || before.isEmpty()
                ? body.text("description", 0, DESCRIPTION_LENGTH_MAX).orElse("")
                : before.get().description(),
            body.names("method") || before.isEmpty()
                ? body.choice("method", METHODS).orElse(METHODS.getFirst())
                : before.get().method(),
            body.names("url") || before.isEmpty() ? url(body) : before.get().url(),
            body.names("parameters") || before.isEmpty()
                ? parameters(body)
                : before.get().parameters(),
            timeoutMillis(body, before.map(ToolSettings::timeoutMillis)),
            isEnabled(body, before.map(ToolSettings::isEnabled)),
            ToolTariff.read(body, before.map(ToolSettings::tariff).orElse(ToolTariff.FREE)));
    settings.requireDeclared(json);
    return settings;
  }

  /// @throws HttpFailure 422
  static UrlTemplate url(RequestBody body) {
    return UrlTemplate.read(body.required("url", body.text("url", 1, HttpOwnersUrls.LENGTH_MAX)));
  }

  static int timeoutMillis(RequestBody body, Optional<Integer> before) {
    int otherwise =
        body.names("timeout_ms") ? TIMEOUT_MILLIS_DEFAULT : before.orElse(TIMEOUT_MILLIS_DEFAULT);
    return (int)
        body.integer("timeout_ms", TIMEOUT_MILLIS_MIN, TIMEOUT_MILLIS_MAX).orElse(otherwise);
  }

  static boolean isEnabled(RequestBody body, Optional<Boolean> before) {
    return body.flag("enabled").orElse(body.names("enabled") || before.orElse(true));
  }

  private static String parameters(RequestBody body) {
    return body.tree("parameters")
        .map(schema -> {
          String text = schema.toString();
          ToolParameters.require(schema, text);
          return text;
        })
        .orElse(ToolParameters.NONE);
  }

  /// What the address takes and what prices depend on are arguments, or a slip of the pen would be
  /// found by the first call, or never.
  private void requireDeclared(Json json) {
    var declared = ToolParameters.names(parametersTree(json));
    url.requireDeclared(declared);
    tariff.rules().stream()
        .map(ToolPrice.Rule::argument)
        .filter(argument -> !declared.contains(argument))
        .findFirst()
        .ifPresent(argument -> {
          throw HttpFailure.invalidValue(
              "price_rules",
              "price_rules names the argument '%s', which is not among the properties of parameters."
                  .formatted(argument),
              declared);
        });
  }

  JsonNode parametersTree(Json json) {
    try {
      return json.read(parameters.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new IllegalStateException("parameters were JSON when they were stored", e);
    }
  }
}
