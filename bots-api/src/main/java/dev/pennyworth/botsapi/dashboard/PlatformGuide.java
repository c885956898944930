package dev.pennyworth.botsapi.dashboard;

import dev.pennyworth.botsapi.bots.BotView;
import java.net.URI;
import java.util.List;

/// How a bot is connected to its platform: what to do there, what to paste here and there.
///
/// @param steps what the owner does at the platform, in order
/// @param fields what he pastes here
/// @param note on how this server is reached, where that decides; empty if it does not
/// @param usesAddress whether the webhook's address is pasted anywhere
/// @param example a message, as the lines of a shell; empty where a platform sends them
public record PlatformGuide(
    String name,
    List<String> steps,
    List<Field> fields,
    String note,
    boolean usesAddress,
    String example) {
  private static final String NO_ADDRESS = "This server has no public https address";

  public PlatformGuide {
    steps = List.copyOf(steps);
    fields = List.copyOf(fields);
  }

  /// A secret of the platform's.
  ///
  /// @param name as a form has it
  /// @param isSet whether one is kept already
  /// @param fingerprint tells values apart; empty if none is kept
  public record Field(
      String name,
      String label,
      String hint,
      boolean required,
      boolean isSet,
      String fingerprint) {}

  /// @param isReached whether platforms can send to this server
  public static PlatformGuide of(BotView bot, boolean isReached) {
    return switch (bot.platform()) {
      case "telegram" -> telegram(bot, isReached);
      case "discord" -> discord(bot, isReached);
      case "slack" -> slack(bot, isReached);
      case "whatsapp" -> whatsApp(bot, isReached);
      default -> ownProgram(bot);
    };
  }

  private static PlatformGuide telegram(BotView bot, boolean isReached) {
    return new PlatformGuide(
        "Telegram",
        List.of(
            "In Telegram, open a chat with @BotFather and send /newbot.",
            "Choose a name and a user name. BotFather answers with a token.",
            "Paste the token below and save it.",
            "Activate the bot. Nothing is left to set up at Telegram."),
        List.of(
            field(bot, "bot_token", "Such as 123456789:AAE-…, from BotFather.", true),
            field(
                bot,
                "webhook_secret",
                "Made for you if you set none: 1 to 256 letters, digits, _ and -.",
                false)),
        isReached ? "" : NO_ADDRESS + ", so messages are fetched from Telegram by polling.",
        false,
        "");
  }

  private static PlatformGuide discord(BotView bot, boolean isReached) {
    return new PlatformGuide(
        "Discord",
        List.of(
            "Open discord.com/developers/applications and make an application.",
            "On its page Bot, press Reset Token, copy the token, and switch on Message Content Intent.",
            "On its page General Information, copy Application ID and Public Key.",
            "Paste all three below and save them.",
            "Activate the bot. You then get the link that invites it to a server"
                + (isReached ? ", and the Interactions Endpoint URL to paste." : ".")),
        List.of(
            field(bot, "application_id", "A number of 17 digits or more.", true),
            field(bot, "public_key", "64 hexadecimal digits.", true),
            field(bot, "bot_token", "Shown once, after Reset Token.", true)),
        isReached ? "" : NO_ADDRESS + ", so commands come by Discord's gateway, too.",
        false,
        "");
  }

  private static PlatformGuide slack(BotView bot, boolean isReached) {
    return new PlatformGuide(
        "Slack",
        List.of(
            "Open api.slack.com/apps and make an app, From scratch.",
            "Under OAuth & Permissions add the bot scopes app_mentions:read, chat:write and"
                + " im:history, install the app, and copy the Bot User OAuth Token.",
            isReached
                ? "Under Basic Information copy the Signing Secret."
                : "Under Basic Information make an app-level token with the scope"
                    + " connections:write.",
            "Paste both below and save them.",
            "Activate the bot. You then get an app manifest that sets up all the rest at once, and"
                + " the same values one by one."),
        List.of(
            field(bot, "bot_token", "Begins with xoxb-.", true),
            field(
                bot,
                "signing_secret",
                isReached ? "32 hexadecimal digits." : "Not needed for Socket Mode.",
                isReached),
            field(
                bot,
                "app_token",
                "Begins with xapp-. For Socket Mode alone, which needs no public address.",
                !isReached)),
        isReached ? "" : NO_ADDRESS + ", so messages come by Slack's Socket Mode.",
        isReached,
        "");
  }

  private static PlatformGuide whatsApp(BotView bot, boolean isReached) {
    return new PlatformGuide(
        "WhatsApp",
        List.of(
            "Open developers.facebook.com and make an app with the product WhatsApp. Each bot needs an"
                + " app of its own.",
            "Under WhatsApp, API Setup, copy the Phone number ID and the WhatsApp Business Account"
                + " ID.",
            "Under Business settings, System users, make an access token with"
                + " whatsapp_business_messaging and whatsapp_business_management. The one that API"
                + " Setup shows runs out in a day.",
            "Under App settings, Basic, copy the App secret.",
            "Think of a verify token, paste all of them below and save them.",
            "Activate the bot. Then, under WhatsApp, Configuration, Webhook, paste the webhook address"
                + " as Callback URL and your verify token, press Verify and save, and subscribe to"
                + " the field messages."),
        List.of(
            field(bot, "phone_number_id", "The id of the number, not the number itself.", true),
            field(bot, "access_token", "Of a system user.", true),
            field(bot, "app_secret", "32 hexadecimal digits.", true),
            field(bot, "verify_token", "Any text of your own without blanks.", true),
            field(
                bot,
                "business_account_id",
                "With it, activating subscribes the app to the account's messages.",
                false)),
        isReached
            ? ""
            : NO_ADDRESS
                + ", and Meta sends messages to no other: whoever runs it sets"
                + " PENNYWORTH_PUBLIC_URL.",
        true,
        "");
  }

  private static PlatformGuide ownProgram(BotView bot) {
    return new PlatformGuide(
        "a program of your own",
        List.of(
            "Activate the bot.",
            "Send each message to the webhook address, by POST and as JSON. user_id and channel_id"
                + " are names of your own; each channel_id is one conversation.",
            "Sign it with two headers: X-Timestamp is the time in unix seconds, and X-Signature-256"
                + " is sha256= and the hexadecimal HMAC-SHA256 of the timestamp, a full stop and the"
                + " body, by the webhook secret.",
            "The secret was shown when the bot was made. Lost it? Make a new one below."),
        List.of(),
        "",
        true,
        example(bot.webhookUrl()));
  }

  /// The secret is in the environment, so that it is not kept with the lines.
  private static String example(URI webhookUrl) {
    return """
    body='{"text": "Hello", "user_id": "ada", "channel_id": "main"}'
    timestamp=$(date +%%s)
    signature=$(printf '%%s.%%s' "$timestamp" "$body" |
      openssl dgst -sha256 -hmac "$WEBHOOK_SECRET" | sed 's/^.* //')
    curl -s '%s' \\
      -H 'Content-Type: application/json' -H "X-Timestamp: $timestamp" \\
      -H "X-Signature-256: sha256=$signature" --data-binary "$body"
    """
        .formatted(webhookUrl);
  }

  private static Field field(BotView bot, String name, String hint, boolean required) {
    var fingerprint = bot.platformConfig().get(name + "_fingerprint");
    return new Field(
        "platform_config." + name,
        PlatformWords.field(name),
        hint,
        required,
        bot.platformConfig().containsKey(name),
        fingerprint == null ? "" : fingerprint.toString());
  }
}
