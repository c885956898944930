package dev.pennyworth.connectors.telegram;

import dev.pennyworth.agentloop.InboundMessage;
import dev.pennyworth.billing.BotId;
import dev.pennyworth.billing.TeamId;
import dev.pennyworth.connectors.UnreadableMessage;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.telegram.telegrambots.meta.api.objects.Update;
import org.telegram.telegrambots.meta.api.objects.User;
import org.telegram.telegrambots.meta.api.objects.message.Message;

/// Reads what Telegram tells. What is not for the bot to answer is nothing: edits, joins, channel
/// posts, messages of bots, and in groups what neither mentions the bot nor answers it. Photos,
/// voice and the like are told a notice, in private.
final class TelegramInbound {
  private TelegramInbound() {}

  /// Who the bot is on Telegram.
  ///
  /// @param userName without the `@`; empty if Telegram could not be asked
  record Self(long id, Optional<String> userName) {}

  /// The message; empty for what is not answered.
  ///
  /// @param self asked for in groups only
  static Optional<InboundMessage> read(Update update, TeamId team, BotId bot, Supplier<Self> self) {
    var message = Optional.ofNullable(update.getMessage());
    return message
        .filter(_ -> update.getUpdateId() != null)
        .filter(TelegramInbound::isWhole)
        .filter(TelegramInbound::isOfAPerson)
        .flatMap(found ->
            text(found, self)
                .map(text -> inbound(event(update), found, team, bot, text))
                .or(() -> unreadable(update, found, team, bot)));
  }

  /// In private, who sends no word hears why there is no answer. In groups nobody asked.
  private static Optional<InboundMessage> unreadable(
      Update update, Message message, TeamId team, BotId bot) {
    return message.isUserMessage()
        ? TelegramMedia.kind(message)
            .map(kind ->
                UnreadableMessage.answered(
                    inbound(eventOfMedia(update, message), message, team, bot, kind)))
        : Optional.empty();
  }

  private static String event(Update update) {
    return "update/" + update.getUpdateId();
  }

  /// An album comes as many updates, and is answered once.
  private static String eventOfMedia(Update update, Message message) {
    return message.getMediaGroupId() == null ? event(update) : "album/" + message.getMediaGroupId();
  }

  private static boolean isWhole(Message message) {
    return message.getChat() != null
        && message.getChat().getId() != null
        && message.getChat().getType() != null
        && message.getMessageId() != null;
  }

  /// What a channel posts comes into its group as from a person who is none.
  private static boolean isOfAPerson(Message message) {
    User from = message.getFrom();
    return from != null
        && !Boolean.TRUE.equals(from.getIsBot())
        && message.getViaBot() == null
        && !Boolean.TRUE.equals(message.getIsAutomaticForward());
  }

  private static InboundMessage inbound(
      String event, Message message, TeamId team, BotId bot, String text) {
    var name = Optional.ofNullable(message.getFrom().getFirstName()).filter(one -> !one.isBlank());
    return new InboundMessage(
        team,
        bot,
        "telegram",
        event,
        TelegramChat.of(message).channelId(),
        Long.toString(message.getFrom().getId()),
        name,
        text,
        Optional.empty(),
        Optional.empty(),
        message.isUserMessage()
            ? Optional.empty()
            : Optional.of(Integer.toString(message.getMessageId())));
  }

  /// What is said to the bot; empty if nothing is.
  private static Optional<String> text(Message message, Supplier<Self> selves) {
    String said = message.getText() == null ? message.getCaption() : message.getText();
    if (said == null || said.isBlank()) {
      return Optional.empty();
    }
    if (message.isUserMessage()) {
      return Optional.of(said);
    }
    var self = selves.get();
    var mention = self.userName().map(TelegramInbound::mention);
    boolean isToBot =
        isAnswerTo(message, self)
            || mention.filter(pattern -> pattern.matcher(said).find()).isPresent();
    return isToBot
        ? Optional.of(without(mention, said)).filter(one -> !one.isBlank())
        : Optional.empty();
  }

  private static boolean isAnswerTo(Message message, Self self) {
    var before = message.getReplyToMessage();
    return before != null && before.getFrom() != null && before.getFrom().getId() == self.id();
  }

  /// Not the beginning of a longer name.
  private static Pattern mention(String userName) {
    return Pattern.compile(
        "@" + Pattern.quote(userName) + "(?![A-Za-z0-9_])", Pattern.CASE_INSENSITIVE);
  }

  /// Of `/reset@name`, too, the command is left.
  private static String without(Optional<Pattern> mention, String said) {
    return mention.map(pattern -> pattern.matcher(said).replaceAll("")).orElse(said).strip();
  }
}
