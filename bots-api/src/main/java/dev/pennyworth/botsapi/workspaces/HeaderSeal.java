package dev.pennyworth.botsapi.workspaces;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pennyworth.agentloop.SecretText;
import dev.pennyworth.billing.TeamId;
import dev.pennyworth.botsapi.secrets.Binding;
import dev.pennyworth.botsapi.secrets.Sealer;
import dev.pennyworth.connectors.HttpFailure;
import dev.pennyworth.connectors.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;

/// Seals and opens headers. Each value is bound to its team, its tool or server, and its name, so
/// that rows cannot be swapped.
final class HeaderSeal {
  private final Sealer sealer;
  private final Json json;

  HeaderSeal(Sealer sealer, Json json) {
    this.sealer = sealer;
    this.json = json;
  }

  /// The headers after a change.
  ///
  /// @param owner the written id of the tool or server
  /// @throws HttpFailure 422 if there are too many then
  SealedHeaders change(TeamId team, String owner, SealedHeaders before, HeaderChange change) {
    var after = SealedHeaders.none();
    if (!change.forgetsAll()) {
      after.byName().putAll(before.byName());
    }
    change.forgotten().forEach(after.byName()::remove);
    change
        .kept()
        .forEach((name, value) -> {
          after.byName().remove(name); // it may be written in another case
          after.byName().put(name, seal(team, owner, name, value));
        });
    if (after.byName().size() > HeaderChange.HEADERS_MAX) {
      throw HttpFailure.invalidValue(
          "headers", "There may be %d headers at most.".formatted(HeaderChange.HEADERS_MAX));
    }
    return after;
  }

  private SealedHeaders.Header seal(TeamId team, String owner, String name, SecretText value) {
    byte[] sealed = sealer.seal(binding(team, owner, name), value);
    return new SealedHeaders.Header(
        Base64.getEncoder().encodeToString(sealed), sealer.fingerprint(value));
  }

  Map<String, SecretText> open(TeamId team, String owner, SealedHeaders headers) {
    var opened = new HashMap<String, SecretText>();
    headers
        .byName()
        .forEach((name, header) ->
            opened.put(
                name,
                sealer.openText(
                    binding(team, owner, name), Base64.getDecoder().decode(header.sealed()))));
    return Map.copyOf(opened);
  }

  private static Binding binding(TeamId team, String owner, String name) {
    return Binding.of("tool_header", team.toString(), owner, name);
  }

  /// As the database keeps them.
  String write(SealedHeaders headers) {
    return new String(json.write(headers.byName()), StandardCharsets.UTF_8);
  }

  SealedHeaders read(String stored) {
    var headers = SealedHeaders.none();
    for (var member : tree(stored).properties()) {
      headers
          .byName()
          .put(
              member.getKey(),
              new SealedHeaders.Header(
                  member.getValue().path("sealed").asText(),
                  member.getValue().path("fingerprint").asText()));
    }
    return headers;
  }

  private JsonNode tree(String stored) {
    try {
      return json.read(stored.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new IllegalStateException("the database keeps JSON only", e);
    }
  }
}
