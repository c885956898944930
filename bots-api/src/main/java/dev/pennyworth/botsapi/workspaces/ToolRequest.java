package dev.pennyworth.botsapi.workspaces;

import dev.pennyworth.billing.NanoUsd;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What `POST` and `PATCH` of a tool take, as the OpenAPI document tells it. [ToolSettings] reads
/// and checks it; a test holds the two together.
record ToolRequest(
    @Schema(description = "1-64 of a-z A-Z 0-9 _ -; models call the tool by it") String name,
    @Nullable @Schema(description = "What models read; at most 1,024 characters")
        String description,
    @Nullable @Schema(defaultValue = "GET", description = "One of: GET, POST, PUT, PATCH, DELETE")
        String method,
    @Schema(
            description =
                "http or https; {name} in path or query stands for a declared argument. What the"
                    + " address does not take goes into the query of GET and DELETE, else into the"
                    + " JSON body")
        String url,
    @Nullable @Schema(description = "A JSON Schema of an object, at most 20,000 characters")
        Map<String, Object> parameters,
    @Nullable @Schema(description = "Write-only; at most 20. null removes one")
        Map<String, String> headers,
    @Nullable @Schema(description = "What a call costs; 0 if left out, at most 10,000")
        NanoUsd priceCents,
    @Nullable @Schema(description = "At most 20") List<Rule> priceRules,
    @Nullable @Schema(defaultValue = "20000", minimum = "100", maximum = "60000") Integer timeoutMs,
    @Nullable @Schema(defaultValue = "true") Boolean enabled) {

  /// How a price depends on an argument.
  record Rule(
      String argument,
      @Nullable
          @Schema(
              description =
                  "Where the argument is this text, the call costs price_cents instead. Without it,"
                      + " each unit of the argument costs price_cents more")
          String value,
      NanoUsd priceCents) {}
}
