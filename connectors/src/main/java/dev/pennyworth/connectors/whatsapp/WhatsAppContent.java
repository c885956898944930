package dev.pennyworth.connectors.whatsapp;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.Map;
import java.util.Optional;

/// What is said in a message, whatever its kind. Source: developers.facebook.com, webhooks,
/// messages.
final class WhatsAppContent {
  /// Messages without words that somebody waits for an answer to, as the conversation names them.
  private static final Map<String, String> WORDLESS =
      Map.of(
          "image", "[image]",
          "video", "[video]",
          "audio", "[voice message]",
          "document", "[document]",
          "location", "[location]",
          "contacts", "[contact]",
          "order", "[order]");

  /// The same where Meta passes on no more than the kind. All other kinds are things done to
  /// messages, such as pinning one.
  private static final Map<String, String> UNSUPPORTED =
      Map.of(
          "image", "[image]",
          "media_placeholder", "[media]",
          "gif", "[image]",
          "poll_creation", "[poll]",
          "location", "[location]",
          "product", "[product]");

  private WhatsAppContent() {}

  /// The words: a text, a caption, the title of what was tapped. Empty for all that has none.
  static Optional<String> text(JsonNode message) {
    var type = type(message);
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
    return switch (type(tapped)) {
      case "button_reply" -> tapped.path("button_reply").path("title");
      case "list_reply" -> tapped.path("list_reply").path("title");
      default -> MissingNode.getInstance();
    };
  }

  /// What stands for a message without words that should not be met with silence. Empty for
  /// stickers, reactions, edits, deletions and all that nobody waits for an answer to.
  static Optional<String> wordless(JsonNode message) {
    var type = type(message);
    return Optional.ofNullable(
        type.equals("unsupported")
            ? UNSUPPORTED.get(type(message.path("unsupported")))
            : WORDLESS.get(type));
  }

  private static String type(JsonNode node) {
    return node.path("type").asText("");
  }
}
