package dev.pennyworth.connectors.discord;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.pennyworth.agentloop.SecretText;
import dev.pennyworth.connectors.OutboundPart;
import dev.pennyworth.connectors.PlatformSender;
import dev.pennyworth.connectors.Sent;
import dev.pennyworth.connectors.WebhookBot;
import dev.pennyworth.connectors.discord.DiscordAnswered.ByInteraction;
import dev.pennyworth.connectors.discord.DiscordAnswered.ToMessage;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;

/// Sends replies as messages in channels, and to where a command was deferred. Source:
/// discord.com/developers/docs/resources/message.
///
/// A message has a nonce of ours: Discord shows it once, however often it is sent within a few
/// minutes. So what was perhaps read is sent again, as long as Discord remembers.
final class DiscordSender implements PlatformSender {
  /// Discord counts code points, of which there are never more than UTF-16 units.
  private static final int LENGTH_MAX = 2_000;

  private static final int MESSAGES_PER_SECOND_MAX = 40; // Discord takes 50 calls of a bot
  private static final int NONCE_LENGTH = 25;
  private static final int WITHOUT_PREVIEWS = 1 << 2;
  private static final int NO_HISTORY = 160_002;

  /// For so long a nonce surely counts: Discord says "a few minutes".
  private static final Duration REMEMBERED = Duration.ofMinutes(2);

  /// Discord may hear of an answer before it has heard that the command was deferred.
  private static final Duration DEFERRED_AFTER_MAX = Duration.ofSeconds(20);

  private static final Duration SOON = Duration.ofSeconds(1);
  private static final int DOUBTS_MAX = 10_000;

  private final DiscordApi api;
  private final InstantSource clock;

  /// When a part was first sent without an answer, by its nonce.
  private final Cache<String, Instant> doubts =
      Caffeine.newBuilder()
          .maximumSize(DOUBTS_MAX)
          .expireAfterWrite(Duration.ofHours(2)) // longer than the relay goes on trying
          .build();

  DiscordSender(DiscordApi api, InstantSource clock) {
    this.api = api;
    this.clock = clock;
  }

  @Override
  public String platform() {
    return "discord";
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
    return true;
  }

  @Override
  public Sent send(WebhookBot bot, OutboundPart part) {
    var token = bot.config("bot_token");
    if (token.isEmpty()) {
      return new Sent.Refused("The bot has no platform_config.bot_token.");
    }
    if (part.text().isBlank()) {
      return new Sent.Accepted(Optional.empty()); // there is nothing that Discord would show
    }
    return switch (part.replyTo().flatMap(DiscordAnswered::of).orElse(null)) {
      case ByInteraction asked -> answer(token.get(), part, asked);
      case ToMessage(var id) -> message(token.get(), part, Optional.of(id));
      case null -> message(token.get(), part, Optional.empty());
    };
  }

  /// The first part takes the place of the sign that the bot is thinking. Later ones are messages
  /// of the channel, since those have a nonce.
  private Sent answer(SecretText token, OutboundPart part, ByInteraction asked) {
    if (!asked.isValid(clock.instant())) {
      return message(token, part, Optional.empty());
    }
    try {
      return part.number() == 1
          ? accepted(api.editOriginal(asked, text(part)))
          : inChannel(token, part, asked);
    } catch (DiscordFailure failure) {
      if (!failure.isOfWhatIsGone() || part.number() != 1) {
        return sent(failure);
      }
      boolean isEarly = clock.instant().isBefore(asked.askedAt().plus(DEFERRED_AFTER_MAX));
      return isEarly
          ? new Sent.NotYet(Optional.of(SOON), "Discord does not show the command yet.")
          : message(token, part, Optional.empty());
    }
  }

  /// Where the bot may answer a command and not write, the command's own way is left.
  private Sent inChannel(SecretText token, OutboundPart part, ByInteraction asked)
      throws DiscordFailure {
    try {
      return create(token, part, Optional.empty());
    } catch (DiscordFailure failure) {
      if (!failure.isRefused() || failure.isOfToken()) {
        return doubtful(part, failure);
      }
    }
    try {
      return accepted(api.followUp(asked, text(part)));
    } catch (DiscordFailure failure) {
      return failure.kind() == DiscordFailure.Kind.UNKNOWN
          ? new Sent.Unknown(failure.description())
          : sent(failure);
    }
  }

  private Sent message(SecretText token, OutboundPart part, Optional<String> answered) {
    try {
      return create(token, part, answered);
    } catch (DiscordFailure failure) {
      return doubtful(part, failure);
    }
  }

  private Sent create(SecretText token, OutboundPart part, Optional<String> answered)
      throws DiscordFailure {
    var nonce = part.key(NONCE_LENGTH);
    var since = doubts.getIfPresent(nonce);
    if (since != null && !clock.instant().isBefore(since.plus(REMEMBERED))) {
      return new Sent.Unknown("Discord did not answer, and could not be asked again in time.");
    }
    var message = text(part).put("nonce", nonce).put("enforce_nonce", true);
    if (part.number() == 1 && answered.isPresent()) {
      var reference = message.putObject("message_reference");
      reference.put("message_id", answered.get()).put("fail_if_not_exists", false);
    }
    try {
      return accepted(api.createMessage(token, part.channelId(), message));
    } catch (DiscordFailure failure) {
      if (failure.code() != NO_HISTORY || !message.has("message_reference")) {
        throw failure;
      }
      message.remove("message_reference");
      return accepted(api.createMessage(token, part.channelId(), message));
    }
  }

  private Sent doubtful(OutboundPart part, DiscordFailure failure) {
    if (failure.kind() == DiscordFailure.Kind.UNKNOWN) {
      doubts.asMap().putIfAbsent(part.key(NONCE_LENGTH), clock.instant());
    }
    return sent(failure);
  }

  private static ObjectNode text(OutboundPart part) {
    var message = DiscordApi.MAPPER.createObjectNode().put("content", part.text());
    message.putObject("allowed_mentions").putArray("parse"); // nobody, and never everybody
    return message.put("flags", WITHOUT_PREVIEWS);
  }

  private static Sent accepted(JsonNode message) {
    return new Sent.Accepted(Optional.ofNullable(message.path("id").textValue()));
  }

  private static Sent sent(DiscordFailure failure) {
    return switch (failure.kind()) {
      case NOT_TAKEN -> new Sent.NotYet(failure.retryAfter(), failure.description());
      case UNKNOWN -> new Sent.NotYet(Optional.empty(), failure.description());
      case REFUSED ->
          new Sent.Refused(failure.isOfToken() ? DiscordConnector.TOKEN_REFUSED : refusal(failure));
    };
  }

  private static String refusal(DiscordFailure failure) {
    var why =
        switch (failure.code()) {
          case 10_003 -> "The channel is not there any more";
          case 50_001, 50_013 ->
              "The bot may not write in the channel: give its role View Channel, Send Messages and"
                  + " Send Messages in Threads";
          case 50_007 -> "The end user takes no direct messages from the bot";
          case 50_083 -> "The thread is archived";
          case 200_000, 200_001 -> "The server's own rules for messages hold the answer back";
          default -> "Discord does not take the message";
        };
    return "%s: %s (%d).".formatted(why, failure.description(), failure.code());
  }

  @Override
  public void showTyping(WebhookBot bot, String channelId, Optional<String> replyTo) {
    boolean isThinking =
        replyTo.flatMap(DiscordAnswered::of).filter(ByInteraction.class::isInstance).isPresent();
    var token = bot.config("bot_token");
    if (isThinking || token.isEmpty()) {
      return;
    }
    try {
      api.showTyping(token.get(), channelId);
    } catch (DiscordFailure _) {
      // The answer itself will say what is wrong.
    }
  }
}
