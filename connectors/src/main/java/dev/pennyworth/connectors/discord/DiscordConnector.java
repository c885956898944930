package dev.pennyworth.connectors.discord;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pennyworth.agentloop.SecretText;
import dev.pennyworth.connectors.HttpFailure;
import dev.pennyworth.connectors.PlatformConnector;
import dev.pennyworth.connectors.WebhookBot;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// Connects bots to Discord: checks their credentials, registers their commands and says what is to
/// be set in the developer portal.
final class DiscordConnector implements PlatformConnector {
  static final String TOKEN_REFUSED =
      "Discord does not know the bot's token. Set the one that the developer portal shows under Bot,"
          + " Reset Token, in platform_config.bot_token, and activate the bot again.";

  static final String INTENT_MISSING =
      "Discord does not let the bot read messages: in the developer portal, under Bot, switch on"
          + " Message Content Intent, and activate the bot again. Commands work without it.";

  private static final String TOKEN_FIELD = "platform_config.bot_token";
  private static final String APPLICATION_FIELD = "platform_config.application_id";
  private static final String KEY_FIELD = "platform_config.public_key";

  /// Both flags let an application read messages: one for few servers, one after a review.
  private static final int MESSAGE_CONTENT_FLAGS = 1 << 18 | 1 << 19;

  /// View Channel, Send Messages, Read Message History, Send Messages in Threads.
  private static final long PERMISSIONS = 1L << 10 | 1L << 11 | 1L << 16 | 1L << 38;

  private final DiscordApi api;
  private final boolean isReached;

  /// @param isReached whether Discord can send requests here
  DiscordConnector(DiscordApi api, boolean isReached) {
    this.api = api;
    this.isReached = isReached;
  }

  @Override
  public String platform() {
    return "discord";
  }

  @Override
  public Activation activate(WebhookBot bot, URI webhookUrl) throws PlatformRefused {
    var token = required(bot, "bot_token", "the token that it shows under Bot, Reset Token");
    required(bot, "application_id", "the Application ID of its page General Information");
    required(bot, "public_key", "the Public Key of its page General Information");
    try {
      var self = api.self(token);
      var application = api.application(token);
      requireOwn(bot, application);
      var id = application.path("id").asText();
      for (var command : DiscordCommands.all()) {
        api.putCommand(token, id, command);
      }
      return activation(self, application, webhookUrl);
    } catch (DiscordFailure failure) {
      throw refusal(failure);
    }
  }

  private static SecretText required(WebhookBot bot, String field, String what)
      throws PlatformRefused {
    return bot.config(field)
        .orElseThrow(() ->
            new PlatformRefused(
                "platform_config." + field,
                "A Discord bot needs an application of Discord's developer portal: set %s in"
                        .formatted(what)
                    + " platform_config."
                    + field
                    + "."));
  }

  /// The token is good; the other two are the same application's.
  private static void requireOwn(WebhookBot bot, JsonNode application) throws PlatformRefused {
    if (!isEqual(bot, "application_id", application.path("id"))) {
      throw new PlatformRefused(
          APPLICATION_FIELD,
          "The token is that of application %s. Set this id in platform_config.application_id, or"
                  .formatted(application.path("id").asText())
              + " that application's token.");
    }
    if (!isEqual(bot, "public_key", application.path("verify_key"))) {
      throw new PlatformRefused(
          KEY_FIELD,
          "The application's public key is %s. Set it in platform_config.public_key."
              .formatted(application.path("verify_key").asText()));
    }
  }

  private static boolean isEqual(WebhookBot bot, String field, JsonNode known) {
    return bot.config(field)
        .filter(set ->
            set.reveal()
                .strip()
                .toLowerCase(Locale.ROOT)
                .equals(known.asText().toLowerCase(Locale.ROOT)))
        .isPresent();
  }

  private Activation activation(JsonNode self, JsonNode application, URI webhookUrl) {
    var inviteUrl =
        "https://discord.com/oauth2/authorize?client_id=%s&scope=bot+applications.commands&permissions=%d"
            .formatted(application.path("id").asText(), PERMISSIONS);
    var done = new ArrayList<String>();
    done.add(
        "Discord knows the token: it is that of %s.".formatted(self.path("username").asText()));
    done.add(
        "The commands /ask and /reset are registered. Discord may take a minute to show them.");
    done.add("Direct messages, mentions and replies are listened to from now on.");
    var toDo = new ArrayList<String>();
    if (!hasIntent(application)) {
      toDo.add(
          "In the developer portal, under Bot, switch on Message Content Intent: without it Discord"
              + " lets the bot read no messages.");
    }
    var endpoint = endpoint(application);
    if (isReached && !endpoint.equals(webhookUrl.toString())) {
      toDo.add(
          "In the developer portal, under General Information, set Interactions Endpoint URL to"
              + " interactions_endpoint_url and save. Until then commands come by the gateway.");
    } else if (!endpoint.isEmpty() && !endpoint.equals(webhookUrl.toString())) {
      toDo.add(
          "In the developer portal, under General Information, clear Interactions Endpoint URL:"
              + " commands are sent to another address than this server's.");
    }
    if (application.path("approximate_guild_count").asInt() == 0) {
      toDo.add("Open invite_url, and choose the server that the bot is to join.");
    }
    return new Activation(
        done,
        toDo,
        Map.of("interactions_endpoint_url", webhookUrl.toString(), "invite_url", inviteUrl));
  }

  /// Whether Discord lets the application read messages.
  static boolean hasIntent(JsonNode application) {
    return (application.path("flags").asLong() & MESSAGE_CONTENT_FLAGS) != 0;
  }

  private static String endpoint(JsonNode application) {
    return application.path("interactions_endpoint_url").isTextual()
        ? application.path("interactions_endpoint_url").textValue()
        : "";
  }

  private static PlatformRefused refusal(DiscordFailure failure) {
    if (!failure.isRefused()) {
      throw new HttpFailure(
          503,
          "platform_unavailable",
          "Discord cannot be asked now, and nothing was changed. Try again in a minute.");
    }
    return failure.isOfToken()
        ? new PlatformRefused(TOKEN_FIELD, TOKEN_REFUSED)
        : new PlatformRefused(
            APPLICATION_FIELD, "Discord refused: %s.".formatted(failure.description()));
  }

  /// The commands that activating registered are taken back; others of the application stay.
  @Override
  public void pause(WebhookBot bot, URI webhookUrl) throws PlatformRefused {
    var token = required(bot, "bot_token", "the token that it shows under Bot, Reset Token");
    try {
      var application = api.application(token).path("id").asText();
      for (var command : api.commands(token, application)) {
        if (DiscordCommands.NAMES.contains(command.path("name").asText())) {
          api.deleteCommand(token, application, command.path("id").asText());
        }
      }
    } catch (DiscordFailure failure) {
      throw refusal(failure);
    }
  }

  @Override
  public void leave(WebhookBot before, WebhookBot after, URI webhookUrl) throws PlatformRefused {
    if (!before.config("application_id").equals(after.config("application_id"))) {
      pause(before, webhookUrl);
    }
  }

  @Override
  public List<String> problems(WebhookBot bot, URI webhookUrl) {
    var token = bot.config("bot_token");
    if (token.isEmpty()) {
      return List.of("The bot has no platform_config.bot_token.");
    }
    try {
      var application = api.application(token.get());
      requireOwn(bot, application);
      return problems(application, webhookUrl);
    } catch (PlatformRefused refused) {
      return List.of(String.valueOf(refused.getMessage()));
    } catch (DiscordFailure failure) {
      return List.of(failure.isOfToken() ? TOKEN_REFUSED : failure.description());
    }
  }

  private static List<String> problems(JsonNode application, URI webhookUrl) {
    var problems = new ArrayList<String>();
    if (!hasIntent(application)) {
      problems.add(INTENT_MISSING);
    }
    var endpoint = endpoint(application);
    if (!endpoint.isEmpty() && !endpoint.equals(webhookUrl.toString())) {
      problems.add(
          "Discord sends the bot's commands to another address. In the developer portal, under"
              + " General Information, set Interactions Endpoint URL to %s, or clear it."
                  .formatted(webhookUrl));
    }
    return List.copyOf(problems);
  }
}
