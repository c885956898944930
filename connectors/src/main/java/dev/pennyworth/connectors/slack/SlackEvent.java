package dev.pennyworth.connectors.slack;

import com.google.gson.Gson;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.slack.api.model.Message;
import com.slack.api.util.json.GsonFactory;
import java.util.List;
import java.util.Optional;

/// An event of the Events API that tells of a message.
///
/// @param isMention whether Slack sent it because the bot was mentioned
/// @param channelType `im` for direct messages; empty where Slack tells none
/// @param self the bot's own user, as Slack tells along with the event
record SlackEvent(boolean isMention, String channelType, Optional<String> self, Message message) {
  private static final Gson GSON = GsonFactory.createSnakeCase();

  /// Blocks and attachments are left out: Slack adds kinds of them that the library cannot read,
  /// and `text` says the same.
  private static final List<String> READ =
      List.of(
          "type",
          "subtype",
          "channel",
          "user",
          "text",
          "ts",
          "thread_ts",
          "bot_id",
          "parent_user_id",
          "hidden",
          "edited");

  /// The event in the body of a request; empty for any other.
  static Optional<SlackEvent> read(JsonObject payload) {
    var event = payload.get("event");
    if (!text(payload, "type").equals("event_callback") || !(event instanceof JsonObject inner)) {
      return Optional.empty();
    }
    boolean isMention = text(inner, "type").equals("app_mention");
    if (!isMention && !text(inner, "type").equals("message")) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new SlackEvent(isMention, text(inner, "channel_type"), self(payload), message(inner)));
    } catch (JsonParseException _) {
      return Optional.empty(); // Slack would send it again and again
    }
  }

  private static Message message(JsonObject event) {
    var known = new JsonObject();
    READ.stream().filter(event::has).forEach(name -> known.add(name, event.get(name)));
    return GSON.fromJson(known, Message.class);
  }

  private static Optional<String> self(JsonObject payload) {
    return payload.get("authorizations") instanceof JsonArray all
        ? all.asList().stream()
            .filter(JsonObject.class::isInstance)
            .map(JsonElement::getAsJsonObject)
            .filter(one -> isTrue(one, "is_bot"))
            .map(one -> text(one, "user_id"))
            .filter(id -> !id.isEmpty())
            .findFirst()
        : Optional.empty();
  }

  private static boolean isTrue(JsonObject object, String field) {
    return object.has(field)
        && object.get(field).isJsonPrimitive()
        && object.get(field).getAsBoolean();
  }

  /// A text field; empty if there is none.
  static String text(JsonObject object, String field) {
    var value = object.get(field);
    return value != null && value.isJsonPrimitive() ? value.getAsString() : "";
  }

  /// The object that a JSON text is; empty for anything else.
  static Optional<JsonObject> object(String json) {
    try {
      return JsonParser.parseString(json) instanceof JsonObject object
          ? Optional.of(object)
          : Optional.empty();
    } catch (JsonParseException | StackOverflowError _) {
      return Optional.empty();
    }
  }
}
