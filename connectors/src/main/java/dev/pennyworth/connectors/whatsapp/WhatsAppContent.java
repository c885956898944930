package dev.pennyworth.connectors.whatsapp;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.Optional;

/// What is said in a message, whatever its kind. Source: developers.facebook.com, webhooks,
/// messages.
final class WhatsAppContent {
  private WhatsAppContent() {}

  /// The words: a text, a caption, the title of what was tapped. Empty for all that has none, such
  /// as voice, stickers, places, reactions, edits and deletions.
  static Optional<String> text(JsonNode message) {
    var type = message.path("type").asText("");
    var said =
        switch (type) {
          case "text" -> message.path("text").path("body");
          case "image", "video", "document" -> message.path(type).path("caption");
          case "button" -> message.path("button").path("text");
          case "interactive" -> title(message.path("interactive"));
          case "order" -> message.path("order").path("text");
          default -> MissingNode.getInstance();
        };
    return Optional.ofNullable(said.textValue()).filter(words -> !words.isBlank());
  }

  private static JsonNode title(JsonNode tapped) {
    return switch (tapped.path("type").asText("")) {
      case "button_reply" -> tapped.path("button_reply").path("title");
      case "list_reply" -> tapped.path("list_reply").path("title");
      default -> MissingNode.getInstance();
    };
  }
}
