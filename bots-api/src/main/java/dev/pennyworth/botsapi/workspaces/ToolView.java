package dev.pennyworth.botsapi.workspaces;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pennyworth.agentloop.WorkspaceId;
import dev.pennyworth.billing.NanoUsd;
import dev.pennyworth.connectors.Json;
import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// An HTTP tool as its owners read it.
///
/// @param parameters a JSON Schema of an object
/// @param headers `***` for each that is set
/// @param headerFingerprints tell values apart
/// @param priceId the version that charges name; null: free
public record ToolView(
    ToolId id,
    WorkspaceId workspaceId,
    String name,
    String description,
    String method,
    String url,
    @Schema(implementation = Map.class) JsonNode parameters,
    Map<String, String> headers,
    Map<String, String> headerFingerprints,
    NanoUsd priceCents,
    List<ToolTariff.RuleView> priceRules,
    Optional<String> priceId,
    int timeoutMs,
    boolean enabled,
    Instant createdAt,
    Instant updatedAt) {

  static ToolView of(OwnersTool tool, Json json) {
    var settings = tool.settings();
    return new ToolView(
        tool.id(),
        tool.workspace(),
        settings.name(),
        settings.description(),
        settings.method(),
        settings.url().text(),
        settings.parametersTree(json),
        tool.headers().hidden(),
        tool.headers().fingerprints(),
        settings.tariff().base(),
        settings.tariff().rulesView(),
        tool.price().map(price -> price.list().id()),
        settings.timeoutMillis(),
        settings.isEnabled(),
        tool.createdAt(),
        tool.updatedAt());
  }
}
