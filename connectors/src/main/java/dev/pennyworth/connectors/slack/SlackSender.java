package dev.pennyworth.connectors.slack;

import com.slack.api.methods.request.chat.ChatPostMessageRequest;
import com.slack.api.methods.request.chat.ChatPostMessageRequest.ChatPostMessageRequestBuilder;
import com.slack.api.methods.response.chat.ChatPostMessageResponse;
import dev.pennyworth.agentloop.SecretText;
import dev.pennyworth.connectors.OutboundPart;
import dev.pennyworth.connectors.PlatformSender;
import dev.pennyworth.connectors.Sent;
import dev.pennyworth.connectors.WebhookBot;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/// Sends replies by Slack's `chat.postMessage`. Source: docs.slack.dev, chat.postMessage.
public final class SlackSender implements PlatformSender {
  /// What Slack recommends; entities and formatting may make a text longer, up to 40,000.
  private static final int LENGTH_MAX = 4_000;

  /// Slack speaks of several hundred a minute for a workspace.
  private static final int MESSAGES_PER_SECOND_MAX = 5;

  /// Formatting may make a text too long, and one of formatting alone is empty.
  private static final Set<String> OF_FORMATTING =
      Set.of("no_text", "msg_too_long", "invalid_arguments");

  private final SlackApi api;

  public SlackSender(SlackApi api) {
    this.api = api;
  }

  @Override
  public String platform() {
    return "slack";
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
      return new Sent.Accepted(Optional.empty()); // there is nothing that Slack would show
    }
    var mrkdwn = SlackMrkdwn.of(part.text());
    try {
      return accepted(
          mrkdwn.isBlank() ? plain(token.get(), part) : formatted(token.get(), part, mrkdwn));
    } catch (SlackFailure failure) {
      return sent(failure);
    }
  }

  private ChatPostMessageResponse formatted(SecretText token, OutboundPart part, String mrkdwn)
      throws SlackFailure {
    try {
      return api.post(token, message(part).text(mrkdwn).mrkdwn(true));
    } catch (SlackFailure failure) {
      if (OF_FORMATTING.contains(failure.error())) {
        return plain(token, part);
      }
      throw failure;
    }
  }

  /// Not quite as it is: what stands in angle brackets would be a command even so.
  private ChatPostMessageResponse plain(SecretText token, OutboundPart part) throws SlackFailure {
    return api.post(token, message(part).text(SlackMrkdwn.escaped(part.text())).mrkdwn(false));
  }

  private static ChatPostMessageRequestBuilder message(OutboundPart part) {
    var place = SlackPlace.ofChannel(part.channelId());
    var message =
        ChatPostMessageRequest.builder()
            .channel(place.channel())
            .linkNames(false)
            .unfurlLinks(false)
            .unfurlMedia(false);
    place.thread().ifPresent(message::threadTs);
    return message;
  }

  private static Sent accepted(ChatPostMessageResponse response) {
    return new Sent.Accepted(Optional.ofNullable(response.getTs()));
  }

  private static Sent sent(SlackFailure failure) {
    return switch (failure.kind()) {
      case NOT_TAKEN -> new Sent.NotYet(failure.retryAfter(), failure.description());
      case UNKNOWN -> new Sent.Unknown(failure.description());
      case REFUSED -> new Sent.Refused(failure.description());
    };
  }
}
