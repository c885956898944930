package dev.pennyworth.botsapi.workspaces;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pennyworth.agentloop.McpCatalogue.ListedTool;
import dev.pennyworth.agentloop.WorkspaceTools.McpToolSettings;
import dev.pennyworth.billing.NanoUsd;
import dev.pennyworth.connectors.Json;
import io.swagger.v3.oas.annotations.media.Schema;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A tool of an MCP server as owners read it: what the server says, and what is set.
///
/// @param offered whether the server has it now; if not, what the server says is null
/// @param parameters a JSON Schema; null if the server sent none
/// @param priceId the version that charges name; null: free
public record McpToolView(
    String name,
    boolean offered,
    Optional<String> description,
    @Schema(implementation = Map.class) Optional<JsonNode> parameters,
    Optional<Boolean> readOnly,
    Optional<Boolean> idempotent,
    boolean enabled,
    NanoUsd priceCents,
    List<ToolTariff.RuleView> priceRules,
    Optional<String> priceId,
    long timeoutMs) {

  static McpToolView of(
      String name, Optional<ListedTool> listed, McpToolSettings settings, Json json) {
    var tariff = ToolTariff.of(settings.price());
    return new McpToolView(
        name,
        listed.isPresent(),
        listed.map(ListedTool::description),
        listed.flatMap(it -> tree(json, it.parametersJson())),
        listed.map(ListedTool::isReadOnly),
        listed.map(ListedTool::isIdempotent),
        settings.isEnabled(),
        tariff.base(),
        tariff.rulesView(),
        settings.price().map(price -> price.list().id()),
        settings.timeout().toMillis());
  }

  /// A server is somebody else's program: what it sends may be anything.
  private static Optional<JsonNode> tree(Json json, String text) {
    try {
      return Optional.of(json.read(text.getBytes(StandardCharsets.UTF_8)));
    } catch (IOException _) {
      return Optional.empty();
    }
  }
}
