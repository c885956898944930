package dev.pennyworth.connectors.whatsapp;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pennyworth.connectors.OutboundPart;
import dev.pennyworth.connectors.PlatformSender;
import dev.pennyworth.connectors.Sent;
import dev.pennyworth.connectors.WebhookBot;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/// Sends replies by the Cloud API. Each carries its turn's id, which Meta gives back with every
/// status: so a status finds its reply, even one whose acknowledgement was lost. Source:
/// developers.facebook.com, Cloud API, messages.
public final class WhatsAppSender implements PlatformSender {
  private static final int LENGTH_MAX = 4_096;
  private static final int MESSAGES_PER_SECOND_MAX = 80;

  private final WhatsAppApi api;

  public WhatsAppSender(WhatsAppApi api) {
    this.api = api;
  }

  @Override
  public String platform() {
    return "whatsapp";
  }

  @Override
  public int partLengthMax() {
    return LENGTH_MAX;
  }

  /// Meta lets bursts to one end user pass, and refuses with a code what is too much.
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
    var access = WhatsAppAccess.of(bot);
    if (access.isEmpty()) {
      return new Sent.Refused(
          "The bot lacks a usable phone_number_id, access_token or app_secret in platform_config.");
    }
    if (part.text().isBlank()) {
      return new Sent.Accepted(Optional.empty()); // there is nothing that WhatsApp would show
    }
    try {
      return accepted(api.post(access.get(), messages(access.get()), message(part)));
    } catch (WhatsAppFailure failure) {
      return switch (failure.kind()) {
        case NOT_TAKEN -> new Sent.NotYet(failure.retryAfter(), failure.description());
        case UNKNOWN -> new Sent.Unknown(failure.description());
        case REFUSED -> new Sent.Refused(failure.sentence());
      };
    }
  }

  private static Sent accepted(JsonNode answer) {
    return new Sent.Accepted(
        Optional.ofNullable(answer.path("messages").path(0).path("id").textValue()));
  }

  private static String messages(WhatsAppAccess access) {
    return access.phoneNumberId() + "/messages";
  }

  private static Map<String, Object> message(OutboundPart part) {
    var chat = WhatsAppChat.ofChannel(part.channelId());
    var message = chat.address();
    message.put("type", "text");
    message.put("text", Map.of("preview_url", false, "body", body(part.text())));
    message.put("biz_opaque_callback_data", part.turn().toString());
    if (chat.isGroup() && part.number() == 1) {
      part.replyTo().ifPresent(id -> message.put("context", Map.of("message_id", id)));
    }
    return message;
  }

  /// Formatted; plain if that made it too long, or left nothing.
  private static String body(String markdown) {
    var formatted = WhatsAppText.of(markdown);
    return formatted.isBlank() || formatted.length() > LENGTH_MAX ? markdown : formatted;
  }

  @Override
  public Duration typingLasts() {
    return Duration.ofSeconds(25);
  }

  /// Marks the message as read, too. Groups know neither.
  @Override
  public void showTyping(WebhookBot bot, String channelId, Optional<String> replyTo) {
    var access = WhatsAppAccess.of(bot);
    if (access.isEmpty() || replyTo.isEmpty() || WhatsAppChat.ofChannel(channelId).isGroup()) {
      return;
    }
    try {
      api.post(
          access.get(),
          messages(access.get()),
          Map.of(
              "messaging_product",
              "whatsapp",
              "status",
              "read",
              "message_id",
              replyTo.get(),
              "typing_indicator",
              Map.of("type", "text")));
    } catch (WhatsAppFailure _) {
      // The answer itself will say what is wrong.
    }
  }
}
