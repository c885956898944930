package dev.pennyworth.connectors.telegram;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/// Fills in what an update may lack and the library insists on: it would drop the whole message
/// because nobody said that its author is no bot.
final class TelegramGaps {
  private TelegramGaps() {}

  /// The update itself, filled in.
  static JsonNode filled(JsonNode update) {
    if (update.path("message") instanceof ObjectNode message) {
      fill(message);
      if (message.path("reply_to_message") instanceof ObjectNode before) {
        fill(before);
      }
    }
    return update;
  }

  private static void fill(ObjectNode message) {
    if (message.path("chat") instanceof ObjectNode chat) {
      if (!chat.hasNonNull("type")) {
        chat.put("type", chat.path("id").asLong() > 0 ? "private" : "group"); // as ids are given
      }
      if (!message.hasNonNull("from") && chat.path("type").asText().equals("private")) {
        message.putObject("from").set("id", chat.path("id")); // there is nobody else
      }
    }
    for (var person : List.of("from", "via_bot")) {
      if (message.path(person) instanceof ObjectNode user) {
        user.put("is_bot", user.path("is_bot").asBoolean(person.equals("via_bot")));
        user.put("first_name", user.path("first_name").asText(""));
      }
    }
  }
}
