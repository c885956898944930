package dev.pennyworth.botsapi.bots;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pennyworth.billing.LimitKind;
import dev.pennyworth.billing.NanoUsd;
import dev.pennyworth.connectors.Json;
import dev.pennyworth.connectors.RequestBody;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/// A bot's settings between a request, its document and its row. What an owner did not set is not
/// stored, so that it follows the default.
final class BotJson {
  private final Json json;

  BotJson(Json json) {
    this.json = json;
  }

  /// Reads a request's fields, unchecked but for their names.
  RequestBody request(byte[] body) {
    return RequestBody.read(json, body, BotFields.ALL);
  }

  /// The document of a stored bot.
  BotDocument document(String settings, Map<LimitKind, NanoUsd> limits) {
    return BotDocument.stored(tree(settings.getBytes(StandardCharsets.UTF_8)), limits);
  }

  /// What a new bot's settings are, limits included.
  ObjectNode created(byte[] body) {
    return merge(JsonNodeFactory.instance.objectNode(), body);
  }

  /// What a bot's settings become, limits included: RFC 7396, JSON merge patch.
  ObjectNode patched(Bot bot, byte[] body) {
    var whole = tree(bot.settingsJson().getBytes(StandardCharsets.UTF_8));
    putLimits(whole, bot.document().limits());
    return merge(whole, body);
  }

  BotDocument read(ObjectNode whole) {
    return BotDocument.read(request(json.write(whole)));
  }

  /// The part of the settings that the bot's row keeps.
  ObjectNode stored(ObjectNode whole) {
    var stored = whole.deepCopy();
    stored.remove(BotFields.LIMITS);
    return stored;
  }

  private ObjectNode merge(ObjectNode target, byte[] body) {
    var patch = tree(body);
    patch.remove(BotFields.SECRETS);
    merge(target, patch);
    return target;
  }

  private static void merge(ObjectNode target, ObjectNode patch) {
    for (var field : patch.properties()) {
      var value = field.getValue();
      if (value.isNull()) {
        target.remove(field.getKey());
      } else if (value instanceof ObjectNode inner
          && target.get(field.getKey()) instanceof ObjectNode old) {
        merge(old, inner);
      } else {
        target.set(field.getKey(), value);
      }
    }
  }

  private static void putLimits(ObjectNode whole, Map<LimitKind, NanoUsd> limits) {
    var caps = JsonNodeFactory.instance.arrayNode();
    limits.forEach((kind, limit) -> {
      var cents = new BigDecimal(limit.toCents());
      switch (kind) {
        case LIFETIME -> whole.put("spending_cap_cents", cents);
        case MESSAGE -> whole.put("max_cost_cents_per_message", cents);
        case END_USER_DAY -> whole.put("end_user_daily_cents", cents);
        case DAY, WEEK, MONTH -> caps.addObject().put("period", kind.word()).put("cents", cents);
        case TEAM_MONTH -> throw new IllegalStateException("a team's limit is not a bot's");
      }
    });
    if (!caps.isEmpty()) {
      whole.set("spending_caps", caps);
    }
  }

  private ObjectNode tree(byte[] text) {
    try {
      JsonNode tree = json.read(text);
      if (tree instanceof ObjectNode object) {
        return object;
      }
    } catch (IOException e) {
      throw new IllegalStateException("a checked document is not JSON", e);
    }
    throw new IllegalStateException("a checked document is not an object");
  }
}
