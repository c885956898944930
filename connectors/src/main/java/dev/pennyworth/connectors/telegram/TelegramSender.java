package dev.pennyworth.connectors.telegram;

import dev.pennyworth.agentloop.SecretText;
import dev.pennyworth.connectors.OutboundPart;
import dev.pennyworth.connectors.PlatformSender;
import dev.pennyworth.connectors.Sent;
import dev.pennyworth.connectors.WebhookBot;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import org.telegram.telegrambots.meta.api.methods.send.SendChatAction;
import org.telegram.telegrambots.meta.api.methods.send.SendMessage;
import org.telegram.telegrambots.meta.api.objects.LinkPreviewOptions;
import org.telegram.telegrambots.meta.api.objects.ReplyParameters;
import org.telegram.telegrambots.meta.api.objects.message.Message;

/// Sends replies by Telegram's `sendMessage`. Source: core.telegram.org/bots/api.
public final class TelegramSender implements PlatformSender {
  private static final int LENGTH_MAX = 4_096;
  private static final int MESSAGES_PER_SECOND_MAX = 30;

  private final TelegramApi api;

  TelegramSender(TelegramApi api) {
    this.api = api;
  }

  @Override
  public String platform() {
    return "telegram";
  }

  @Override
  public int partLengthMax() {
    return LENGTH_MAX;
  }

  @Override
  public Duration pauseInChat() {
    return Duration.ofSeconds(1);
  }

  @Override
  public int perSecondMax() {
    return MESSAGES_PER_SECOND_MAX;
  }

  @Override
  public boolean isRepeatHarmless() {
    return false;
  }

  @Override
  public Sent send(WebhookBot bot, OutboundPart part) {
    var token = bot.config("bot_token");
    if (token.isEmpty()) {
      return new Sent.Refused("The bot has no platform_config.bot_token.");
    }
    if (part.text().isBlank()) {
      return new Sent.Accepted(Optional.empty()); // there is nothing that Telegram would show
    }
    try {
      return whole(token.get(), TelegramChat.ofChannel(part.channelId()), part);
    } catch (TelegramFailure failure) {
      return failure.movedTo().isPresent()
          ? toSupergroup(token.get(), failure.movedTo().get(), part)
          : sent(failure);
    }
  }

  /// A group that has become a supergroup has another id. It has no topics yet, and no message that
  /// could be replied to.
  private Sent toSupergroup(SecretText token, long chat, OutboundPart part) {
    try {
      return whole(token, new TelegramChat(chat, OptionalInt.empty()), part);
    } catch (TelegramFailure failure) {
      return sent(failure);
    }
  }

  private Sent whole(SecretText token, TelegramChat chat, OutboundPart part)
      throws TelegramFailure {
    var html = TelegramHtml.of(part.text());
    return html.isBlank() ? plain(token, chat, part) : formatted(token, chat, part, html);
  }

  private Sent formatted(SecretText token, TelegramChat chat, OutboundPart part, String html)
      throws TelegramFailure {
    try {
      return accepted(api.execute(token, message(chat, part).text(html).parseMode("HTML").build()));
    } catch (TelegramFailure failure) {
      if (isOfFormatting(failure)) {
        return plain(token, chat, part);
      }
      throw failure;
    }
  }

  private Sent plain(SecretText token, TelegramChat chat, OutboundPart part)
      throws TelegramFailure {
    return accepted(api.execute(token, message(chat, part).text(part.text()).build()));
  }

  private static Sent accepted(Message message) {
    return new Sent.Accepted(Optional.ofNullable(message.getMessageId()).map(Object::toString));
  }

  private static SendMessage.SendMessageBuilder<?, ?> message(
      TelegramChat chat, OutboundPart part) {
    var message =
        SendMessage.builder()
            .chatId(Long.toString(chat.chat()))
            .linkPreviewOptions(LinkPreviewOptions.builder().isDisabled(true).build());
    chat.topic().ifPresent(message::messageThreadId);
    if (part.number() == 1) {
      part.replyTo()
          .ifPresent(answered ->
              message.replyParameters(
                  ReplyParameters.builder()
                      .messageId(Integer.valueOf(answered))
                      .allowSendingWithoutReply(true)
                      .build()));
    }
    return message;
  }

  /// Tags may make a text longer than it was, and a text of tags alone is empty.
  private static boolean isOfFormatting(TelegramFailure failure) {
    var said = failure.description().toLowerCase(Locale.ROOT);
    return failure.kind() == TelegramFailure.Kind.REFUSED
        && failure.code() == 400
        && (said.contains("parse entities")
            || said.contains("too long")
            || said.contains("text must be non-empty")
            || said.contains("message text is empty"));
  }

  private static Sent sent(TelegramFailure failure) {
    return switch (failure.kind()) {
      case NOT_TAKEN -> new Sent.NotYet(failure.retryAfter(), failure.description());
      case UNKNOWN -> new Sent.Unknown(failure.description());
      case REFUSED -> refused(failure);
    };
  }

  private static Sent refused(TelegramFailure failure) {
    if (failure.code() == 429) {
      return new Sent.NotYet(failure.retryAfter(), "Telegram asked for a slower pace.");
    }
    if (failure.isOfToken()) {
      return new Sent.Refused(TelegramConnector.TOKEN_REFUSED);
    }
    var why =
        failure.code() == 403
            ? "The end user blocked the bot, or it was removed from the chat"
            : "Telegram does not take the message";
    return new Sent.Refused("%s: %s".formatted(why, failure.description()));
  }

  @Override
  public void showTyping(WebhookBot bot, String channelId, Optional<String> replyTo) {
    var token = bot.config("bot_token");
    if (token.isEmpty()) {
      return;
    }
    var chat = TelegramChat.ofChannel(channelId);
    var action = SendChatAction.builder().chatId(Long.toString(chat.chat())).action("typing");
    chat.topic().ifPresent(action::messageThreadId);
    try {
      api.execute(token.get(), action.build());
    } catch (TelegramFailure _) {
      // The answer itself will say what is wrong.
    }
  }
}
