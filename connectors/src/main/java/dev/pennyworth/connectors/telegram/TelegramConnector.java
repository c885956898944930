package dev.pennyworth.connectors.telegram;

import dev.pennyworth.agentloop.SecretText;
import dev.pennyworth.connectors.HttpFailure;
import dev.pennyworth.connectors.PlatformConnector;
import dev.pennyworth.connectors.WebhookBot;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.telegram.telegrambots.meta.api.methods.GetMe;
import org.telegram.telegrambots.meta.api.methods.updates.DeleteWebhook;
import org.telegram.telegrambots.meta.api.methods.updates.GetWebhookInfo;
import org.telegram.telegrambots.meta.api.objects.User;
import org.telegram.telegrambots.meta.api.objects.WebhookInfo;

/// Connects bots to Telegram: checks the token, and sets and takes back the webhook.
public final class TelegramConnector implements PlatformConnector {
  static final String TOKEN_REFUSED =
      "Telegram does not know the bot's token. Set the one that @BotFather shows in"
          + " platform_config.bot_token, and activate the bot again.";

  private static final String TOKEN_FIELD = "platform_config.bot_token";
  private static final String SECRET_FIELD = "platform_config.webhook_secret";

  /// What `setWebhook` takes as `secret_token`.
  private static final Pattern SECRET = Pattern.compile("[A-Za-z0-9_-]{1,256}");

  /// Telegram tells its last error for ever.
  private static final Duration ERROR_AGE_MAX = Duration.ofHours(1);

  private final TelegramApi api;
  private final TelegramReach reach;
  private final InstantSource clock;

  TelegramConnector(TelegramApi api, TelegramReach reach, InstantSource clock) {
    this.api = api;
    this.reach = reach;
    this.clock = clock;
  }

  @Override
  public String platform() {
    return "telegram";
  }

  @Override
  public Activation activate(WebhookBot bot, URI webhookUrl) throws PlatformRefused {
    var token = token(bot);
    User self;
    try {
      if (reach.isPolled()) {
        self = api.execute(token, GetMe.builder().build());
        api.execute(token, DeleteWebhook.builder().build());
      } else {
        var secret = secret(bot);
        self = api.execute(token, GetMe.builder().build());
        api.execute(token, new TelegramWebhook(webhookUrl.toString(), secret.reveal()));
      }
    } catch (TelegramFailure failure) {
      throw refusal(failure);
    }
    var name = Optional.ofNullable(self.getUserName());
    return new Activation(
        List.of(
            "Telegram knows the token: it is that of %s."
                .formatted(name.map(it -> "@" + it).orElse(self.getFirstName())),
            reach.isPolled()
                ? "Messages are fetched from Telegram by polling, since PENNYWORTH_PUBLIC_URL is no"
                    + " https address that Telegram could send them to. Nothing else is needed."
                : "Telegram sends messages to webhook_url from now on."),
        List.of(),
        name.<Map<String, String>>map(it -> Map.of("chat_url", "https://t.me/" + it))
            .orElse(Map.of()));
  }

  private static SecretText token(WebhookBot bot) throws PlatformRefused {
    return bot.config("bot_token")
        .orElseThrow(() ->
            new PlatformRefused(
                TOKEN_FIELD,
                "A Telegram bot needs the token that @BotFather shows, in"
                    + " platform_config.bot_token."));
  }

  private static SecretText secret(WebhookBot bot) throws PlatformRefused {
    return bot.config("webhook_secret")
        .filter(secret -> SECRET.matcher(secret.reveal()).matches())
        .orElseThrow(() ->
            new PlatformRefused(
                SECRET_FIELD,
                "platform_config.webhook_secret must be 1 to 256 letters, digits, _ and -: Telegram"
                    + " takes no other. Set it to null to have one made."));
  }

  private static PlatformRefused refusal(TelegramFailure failure) {
    if (failure.kind() != TelegramFailure.Kind.REFUSED || failure.code() == 429) {
      throw new HttpFailure(
          503,
          "platform_unavailable",
          "Telegram cannot be asked now, and nothing was changed. Try again in a minute.");
    }
    return failure.isOfToken()
        ? new PlatformRefused(TOKEN_FIELD, TOKEN_REFUSED)
        : new PlatformRefused(
            "webhook_url", "Telegram refused: %s.".formatted(failure.description()));
  }

  @Override
  public void pause(WebhookBot bot, URI webhookUrl) throws PlatformRefused {
    try {
      api.execute(token(bot), DeleteWebhook.builder().build());
    } catch (TelegramFailure failure) {
      throw refusal(failure);
    }
  }

  @Override
  public void leave(WebhookBot before, WebhookBot after, URI webhookUrl) throws PlatformRefused {
    if (!TelegramCursor.bot(token(before)).equals(TelegramCursor.bot(token(after)))) {
      pause(before, webhookUrl);
    }
  }

  @Override
  public List<String> problems(WebhookBot bot, URI webhookUrl) {
    try {
      return problems(api.execute(token(bot), GetWebhookInfo.builder().build()), webhookUrl);
    } catch (PlatformRefused refused) {
      return List.of(String.valueOf(refused.getMessage()));
    } catch (TelegramFailure failure) {
      return List.of(failure.isOfToken() ? TOKEN_REFUSED : failure.description());
    }
  }

  private List<String> problems(WebhookInfo info, URI webhookUrl) {
    if (reach.isPolled()) {
      return List.of(); // whoever fetches the messages reports
    }
    var problems = new ArrayList<String>();
    var url = String.valueOf(info.getUrl());
    if (!url.equals(webhookUrl.toString())) {
      problems.add(
          "Telegram sends this bot's messages %s. Activate the bot again."
              .formatted(
                  url.isEmpty() || url.equals("null")
                      ? "nowhere"
                      : "to another address than webhook_url"));
    }
    var since = clock.instant().minus(ERROR_AGE_MAX);
    Optional.ofNullable(info.getLastErrorDate())
        .map(Instant::ofEpochSecond)
        .filter(since::isBefore)
        .ifPresent(at ->
            problems.add(
                "Telegram could not deliver a message at %s: %s"
                    .formatted(at, info.getLastErrorMessage())));
    return List.copyOf(problems);
  }
}
