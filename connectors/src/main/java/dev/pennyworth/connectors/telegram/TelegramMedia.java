package dev.pennyworth.connectors.telegram;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.telegram.telegrambots.meta.api.objects.message.Message;

/// What people send besides text. Service messages, such as a new title, are none of it; nor are
/// polls, games and invoices, which are no words to the bot.
final class TelegramMedia {
  private static final Map<String, Function<Message, @Nullable Object>> KINDS = kinds();

  private TelegramMedia() {}

  private static Map<String, Function<Message, @Nullable Object>> kinds() {
    var kinds = new LinkedHashMap<String, Function<Message, @Nullable Object>>();
    kinds.put("animation", Message::getAnimation); // before the document that it also is
    kinds.put("venue", Message::getVenue); // before the location that it also has
    kinds.put("live photo", Message::getLivePhoto);
    kinds.put("photo", Message::getPhoto);
    kinds.put("video", Message::getVideo);
    kinds.put("video message", Message::getVideoNote);
    kinds.put("voice message", Message::getVoice);
    kinds.put("audio", Message::getAudio);
    kinds.put("file", Message::getDocument);
    kinds.put("sticker", Message::getSticker);
    kinds.put("paid media", Message::getPaidMedia);
    kinds.put("story", Message::getStory);
    kinds.put("dice", Message::getDice);
    kinds.put("contact", Message::getContact);
    kinds.put("location", Message::getLocation);
    kinds.put("checklist", Message::getChecklist);
    return kinds;
  }

  /// What it is, for the owner who reads the conversation; empty if it is none.
  static Optional<String> kind(Message message) {
    return KINDS.entrySet().stream()
        .filter(kind -> kind.getValue().apply(message) != null)
        .map(kind -> "[" + kind.getKey() + "]")
        .findFirst();
  }
}
