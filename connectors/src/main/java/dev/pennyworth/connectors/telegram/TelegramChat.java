package dev.pennyworth.connectors.telegram;

import java.util.OptionalInt;
import org.telegram.telegrambots.meta.api.objects.message.Message;

/// A place on Telegram: a chat, or a topic of a forum.
///
/// @param chat Telegram's id of it; negative for groups
record TelegramChat(long chat, OptionalInt topic) {

  static TelegramChat of(Message message) {
    boolean isTopic =
        Boolean.TRUE.equals(message.getIsTopicMessage()) && message.getMessageThreadId() != null;
    return new TelegramChat(
        message.getChatId(),
        isTopic ? OptionalInt.of(message.getMessageThreadId()) : OptionalInt.empty());
  }

  /// How a conversation names it: `chat` or `chat/topic`.
  String channelId() {
    return topic.isPresent() ? chat + "/" + topic.getAsInt() : Long.toString(chat);
  }

  static TelegramChat ofChannel(String channelId) {
    int slash = channelId.indexOf('/');
    return slash < 0
        ? new TelegramChat(Long.parseLong(channelId), OptionalInt.empty())
        : new TelegramChat(
            Long.parseLong(channelId.substring(0, slash)),
            OptionalInt.of(Integer.parseInt(channelId.substring(slash + 1))));
  }
}
