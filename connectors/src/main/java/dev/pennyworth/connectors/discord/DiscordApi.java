package dev.pennyworth.connectors.discord;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pennyworth.agentloop.SecretText;
import dev.pennyworth.connectors.discord.HttpDiscordTransport.Answer;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;

/// Calls Discord's REST API for all bots. Blocks for a bounded time, and retries nothing. Source:
/// discord.com/developers/docs/reference.
final class DiscordApi {
  static final ObjectMapper MAPPER = new ObjectMapper();

  private static final String VERSION = "/api/v10";
  private static final URI VENDOR = URI.create("https://discord.com");
  private static final Duration RETRY_AFTER_MAX = Duration.ofHours(1);

  private final HttpDiscordTransport transport;
  private final String root;

  /// @param url empty for Discord's own; with a path, the path is taken as it is
  DiscordApi(Optional<URI> url, HttpDiscordTransport transport) {
    this.transport = transport;
    this.root = root(url.orElse(VENDOR));
  }

  private static String root(URI url) {
    var text = url.toString().replaceAll("/+$", "");
    boolean isHostOnly = String.valueOf(url.getPath()).replace("/", "").isEmpty();
    return isHostOnly ? text + VERSION : text;
  }

  /// Where the API is, without a slash at its end.
  String root() {
    return root;
  }

  /// Who the bot is.
  JsonNode self(SecretText token) throws DiscordFailure {
    return call("GET", "/users/@me", Optional.of(token), Optional.empty());
  }

  /// The application that the bot belongs to.
  JsonNode application(SecretText token) throws DiscordFailure {
    return call("GET", "/applications/@me", Optional.of(token), Optional.empty());
  }

  /// Where the gateway is, and how often the bot may still connect to it today.
  JsonNode gateway(SecretText token) throws DiscordFailure {
    return call("GET", "/gateway/bot", Optional.of(token), Optional.empty());
  }

  JsonNode commands(SecretText token, String application) throws DiscordFailure {
    return call("GET", commandsPath(application), Optional.of(token), Optional.empty());
  }

  /// Makes a command, or changes the one of that name.
  void putCommand(SecretText token, String application, ObjectNode command) throws DiscordFailure {
    call("POST", commandsPath(application), Optional.of(token), Optional.of(command));
  }

  void deleteCommand(SecretText token, String application, String id) throws DiscordFailure {
    var path = commandsPath(application) + "/" + segment(id);
    call("DELETE", path, Optional.of(token), Optional.empty());
  }

  private static String commandsPath(String application) {
    return "/applications/" + segment(application) + "/commands";
  }

  JsonNode createMessage(SecretText token, String channel, ObjectNode message)
      throws DiscordFailure {
    var path = "/channels/" + segment(channel) + "/messages";
    return call("POST", path, Optional.of(token), Optional.of(message));
  }

  /// What a channel is; a thread and a person's direct messages are channels, too.
  JsonNode channel(SecretText token, String channel) throws DiscordFailure {
    return call("GET", "/channels/" + segment(channel), Optional.of(token), Optional.empty());
  }

  /// The oldest messages of a channel after an id, in no order that is promised.
  JsonNode messages(SecretText token, String channel, DiscordSnowflake after, int messagesMax)
      throws DiscordFailure {
    var path =
        "/channels/%s/messages?after=%s&limit=%d".formatted(segment(channel), after, messagesMax);
    return call("GET", path, Optional.of(token), Optional.empty());
  }

  void showTyping(SecretText token, String channel) throws DiscordFailure {
    var path = "/channels/" + segment(channel) + "/typing";
    call("POST", path, Optional.of(token), Optional.empty());
  }

  /// Answers an interaction that came by the gateway.
  void answer(String interaction, SecretText interactionToken, ObjectNode answer)
      throws DiscordFailure {
    var path =
        "/interactions/%s/%s/callback"
            .formatted(segment(interaction), segment(interactionToken.reveal()));
    call("POST", path, Optional.empty(), Optional.of(answer));
  }

  /// Puts a text where an interaction was deferred. The same again changes nothing.
  JsonNode editOriginal(DiscordAnswered.ByInteraction asked, ObjectNode message)
      throws DiscordFailure {
    var path = webhook(asked) + "/messages/@original";
    return call("PATCH", path, Optional.empty(), Optional.of(message));
  }

  /// A further message after an interaction's answer. Discord does not tell a repeat.
  JsonNode followUp(DiscordAnswered.ByInteraction asked, ObjectNode message) throws DiscordFailure {
    return call("POST", webhook(asked) + "?wait=true", Optional.empty(), Optional.of(message));
  }

  private static String webhook(DiscordAnswered.ByInteraction asked) {
    return "/webhooks/" + segment(asked.application()) + "/" + segment(asked.token().reveal());
  }

  private static String segment(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  private JsonNode call(
      String method, String path, Optional<SecretText> token, Optional<ObjectNode> body)
      throws DiscordFailure {
    var sent = body.map(json -> json.toString().getBytes(StandardCharsets.UTF_8));
    return read(transport.call(method, URI.create(root + path), token, sent));
  }

  private static JsonNode read(Answer answer) throws DiscordFailure {
    int status = answer.status();
    var json = json(answer);
    if (status == 429) {
      throw DiscordFailure.tooFast(retryAfter(answer, json));
    }
    if (status >= 200 && status < 300) {
      if (answer.body().isEmpty()) {
        return MissingNode.getInstance();
      }
      return json.orElseThrow(DiscordFailure::unknown);
    }
    if (status < 400 || status >= 500 || json.isEmpty()) {
      throw DiscordFailure.broken(status); // a proxy's page says nothing of Discord
    }
    throw DiscordFailure.refused(
        status,
        json.get().path("code").asInt(),
        json.get().path("message").asText("status " + status));
  }

  private static Optional<JsonNode> json(Answer answer) {
    try {
      return answer.isJson()
          ? Optional.ofNullable(MAPPER.readTree(answer.body()))
              .filter(json -> !json.isMissingNode())
          : Optional.empty();
    } catch (JsonProcessingException _) {
      return Optional.empty();
    }
  }

  /// The body says it in seconds with a fraction, the header in whole ones.
  private static Optional<Duration> retryAfter(Answer answer, Optional<JsonNode> json) {
    return json.map(it -> it.path("retry_after"))
        .filter(JsonNode::isNumber)
        .map(JsonNode::decimalValue)
        .map(DiscordApi::duration)
        .or(() -> answer.retryAfterSeconds().map(Duration::ofSeconds))
        .map(it -> it.compareTo(RETRY_AFTER_MAX) > 0 ? RETRY_AFTER_MAX : it);
  }

  private static Duration duration(BigDecimal seconds) {
    var millis = seconds.movePointRight(3).setScale(0, RoundingMode.CEILING);
    return Duration.ofMillis(
        millis
            .max(BigDecimal.ZERO)
            .min(BigDecimal.valueOf(RETRY_AFTER_MAX.toMillis()))
            .longValue());
  }
}
