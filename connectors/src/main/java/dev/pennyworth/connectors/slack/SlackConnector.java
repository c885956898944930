package dev.pennyworth.connectors.slack;

import com.slack.api.methods.response.auth.AuthTestResponse;
import dev.pennyworth.agentloop.SecretText;
import dev.pennyworth.connectors.HttpFailure;
import dev.pennyworth.connectors.PlatformConnector;
import dev.pennyworth.connectors.WebhookBot;
import dev.pennyworth.connectors.WebhookReach;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Connects bots to Slack: checks the tokens, and says what to paste where. Slack lets nobody set
/// an app's request URL from outside, so that the owner does it.
public final class SlackConnector implements PlatformConnector {
  static final String TOKEN_REFUSED =
      "Slack does not know the bot's token. Set the Bot User OAuth Token (xoxb-…) that the app shows"
          + " under OAuth & Permissions in platform_config.bot_token, and activate the bot again.";

  static final String APP_TOKEN_REFUSED =
      "Slack does not take the app-level token. Set one with the scope connections:write (xapp-…),"
          + " as the app shows it under Basic Information, in platform_config.app_token, and"
          + " activate the bot again.";

  private static final String BOTS_TOKEN = "xoxb-";
  private static final String TOKEN_FIELD = "platform_config.bot_token";
  private static final String SECRET_FIELD = "platform_config.signing_secret";
  private static final String APP_TOKEN_FIELD = "platform_config.app_token";

  private final SlackApi api;
  private final boolean isElsewhere;
  private final WebhookReach reach;

  /// @param isElsewhere whether the API is not Slack's own, and reaches other addresses
  public SlackConnector(SlackApi api, boolean isElsewhere, WebhookReach reach) {
    this.api = api;
    this.isElsewhere = isElsewhere;
    this.reach = reach;
  }

  @Override
  public String platform() {
    return "slack";
  }

  /// Whether a bot is listened to by Socket Mode: it has the token, and Slack cannot send.
  static boolean usesSocket(WebhookBot bot, WebhookReach reach) {
    return !reach.isPublic() && bot.config("app_token").isPresent();
  }

  @Override
  public Activation activate(WebhookBot bot, URI webhookUrl) throws PlatformRefused {
    var token = required(bot, "bot_token", TOKEN_FIELD, "the Bot User OAuth Token (xoxb-…)");
    boolean isBySocket = usesSocket(bot, reach);
    if (!isBySocket) {
      requireReachable(webhookUrl);
      required(bot, "signing_secret", SECRET_FIELD, "the Signing Secret of Basic Information");
    }
    var self = self(token);
    if (isBySocket) {
      requireSocket(bot);
    }
    var done = new ArrayList<String>();
    done.add(
        "Slack knows the bot token: it is that of @%s in the workspace %s."
            .formatted(name(self), Optional.ofNullable(self.getTeam()).orElse("(without a name)")));
    if (isBySocket) {
      done.add("Slack takes the app-level token. Messages come by Socket Mode from now on.");
    }
    return new Activation(
        done, toDo(self, isBySocket), values(self, isBySocket, webhookUrl.toString()));
  }

  private static SecretText required(WebhookBot bot, String name, String field, String what)
      throws PlatformRefused {
    return bot.config(name)
        .filter(value -> !value.reveal().isBlank())
        .orElseThrow(() ->
            new PlatformRefused(
                field,
                "A Slack bot needs %s of the app that https://api.slack.com/apps shows, in %s."
                    .formatted(what, field)));
  }

  private void requireReachable(URI webhookUrl) throws PlatformRefused {
    if (!isElsewhere && !reach.isPublic()) {
      throw new PlatformRefused(
          "webhook_url",
          "Slack cannot reach %s: it sends messages to https addresses on the internet only. Start"
                  .formatted(webhookUrl)
              + " the server with PENNYWORTH_PUBLIC_URL=https://… set to where it is reached from"
              + " outside, or set an app-level token (xapp-…) in platform_config.app_token for"
              + " Socket Mode.");
    }
  }

  private AuthTestResponse self(SecretText token) throws PlatformRefused {
    AuthTestResponse self;
    try {
      self = api.whoIs(token);
    } catch (SlackFailure failure) {
      throw refusal(failure, TOKEN_FIELD, TOKEN_REFUSED);
    }
    if (self.getBotId() == null && !token.reveal().startsWith(BOTS_TOKEN)) {
      throw new PlatformRefused(
          TOKEN_FIELD,
          "platform_config.bot_token is the token of a person, and the bot would speak in his name."
              + " Set the Bot User OAuth Token (xoxb-…).");
    }
    return self;
  }

  private static String name(AuthTestResponse self) {
    return Optional.ofNullable(self.getUser()).orElse("bot");
  }

  private void requireSocket(WebhookBot bot) throws PlatformRefused {
    try {
      api.openSocket(bot.requiredConfig("app_token"));
    } catch (SlackFailure failure) {
      throw refusal(failure, APP_TOKEN_FIELD, APP_TOKEN_REFUSED);
    }
  }

  private static PlatformRefused refusal(SlackFailure failure, String field, String ofToken) {
    if (failure.kind() != SlackFailure.Kind.REFUSED) {
      throw new HttpFailure(
          503,
          "platform_unavailable",
          "Slack cannot be asked now, and nothing was changed. Try again in a minute.");
    }
    boolean isOfToken = failure.isOfToken() || failure.error().equals("not_allowed_token_type");
    return new PlatformRefused(field, isOfToken ? ofToken : failure.description());
  }

  private static List<String> toDo(AuthTestResponse self, boolean isBySocket) {
    var toDo = new ArrayList<String>();
    toDo.add(
        "Open https://api.slack.com/apps and choose the app. Either paste values.app_manifest under"
            + " App Manifest, or do the following by hand.");
    toDo.add(
        isBySocket
            ? "Socket Mode: switch it on."
            : "Event Subscriptions: switch them on, and paste values.request_url as Request URL."
                + " Slack asks it at once and shows Verified.");
    toDo.add("Event Subscriptions, Subscribe to bot events: add those of values.bot_events.");
    toDo.add("OAuth & Permissions, Bot Token Scopes: add those of values.bot_scopes.");
    toDo.add(
        "App Home: switch the Messages Tab on, and allow users to send messages from it. Install the"
            + " app again if Slack asks for it, and invite the bot to its channels: /invite @%s."
                .formatted(name(self)));
    missing(self).ifPresent(toDo::add);
    return List.copyOf(toDo);
  }

  private static Map<String, String> values(
      AuthTestResponse self, boolean isBySocket, String webhookUrl) {
    var values = new LinkedHashMap<String, String>();
    var requestUrl = isBySocket ? Optional.<String>empty() : Optional.of(webhookUrl);
    requestUrl.ifPresent(url -> values.put("request_url", url));
    values.put("bot_events", String.join(", ", SlackManifest.EVENTS));
    values.put("bot_scopes", String.join(", ", SlackManifest.SCOPES));
    values.put("app_manifest", SlackManifest.json(name(self), requestUrl));
    return values;
  }

  /// What the token may not do; empty where Slack does not say.
  private static Optional<String> missing(AuthTestResponse self) {
    var granted =
        Stream.ofNullable(self.getHttpResponseHeaders())
            .flatMap(headers -> headers.getOrDefault("x-oauth-scopes", List.of()).stream())
            .flatMap(list -> Stream.of(list.split(",")))
            .map(String::strip)
            .filter(scope -> !scope.isEmpty())
            .collect(Collectors.toUnmodifiableSet());
    return granted.isEmpty() ? Optional.empty() : missing(granted);
  }

  private static Optional<String> missing(Set<String> granted) {
    var missing =
        SlackManifest.SCOPES_REQUIRED.stream().filter(scope -> !granted.contains(scope)).toList();
    return missing.isEmpty()
        ? Optional.empty()
        : Optional.of(
            "The bot token lacks %s. Add %s under OAuth & Permissions, Bot Token Scopes, and install"
                    .formatted(String.join(", ", missing), missing.size() == 1 ? "it" : "them")
                + " the app again.");
  }

  /// Slack lets nobody take a request URL back: what it still sends is 404.
  @Override
  public void pause(WebhookBot bot, URI webhookUrl) {}

  @Override
  public List<String> problems(WebhookBot bot, URI webhookUrl) {
    try {
      var token = required(bot, "bot_token", TOKEN_FIELD, "the Bot User OAuth Token (xoxb-…)");
      if (!usesSocket(bot, reach)) {
        required(bot, "signing_secret", SECRET_FIELD, "the Signing Secret of Basic Information");
      }
      return missing(api.whoIs(token)).stream().toList();
    } catch (PlatformRefused refused) {
      return List.of(String.valueOf(refused.getMessage()));
    } catch (SlackFailure failure) {
      return List.of(failure.description());
    }
  }
}
