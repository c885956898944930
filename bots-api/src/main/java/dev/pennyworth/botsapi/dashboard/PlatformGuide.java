package dev.pennyworth.botsapi.dashboard;

import dev.pennyworth.botsapi.bots.BotView;
import java.util.List;

/// How a bot is connected to its platform: what to do there, what to paste here and there.
///
/// @param steps what the owner does at the platform, in order
/// @param fields what he pastes here
public record PlatformGuide(String name, List<String> steps, List<Field> fields) {
  public PlatformGuide {
    steps = List.copyOf(steps);
    fields = List.copyOf(fields);
  }

  /// A secret of the platform's.
  ///
  /// @param name as the API names it
  /// @param isSet whether one is kept already
  /// @param fingerprint tells values apart; empty if none is kept
  public record Field(
      String name,
      String label,
      String hint,
      boolean required,
      boolean isSet,
      String fingerprint) {}

  public static PlatformGuide of(BotView bot) {
    return switch (bot.platform()) {
      case "telegram" ->
          new PlatformGuide(
              "Telegram",
              List.of(
                  "In Telegram, open a chat with @BotFather and send /newbot.",
                  "Choose a name and a user name; BotFather answers with a token.",
                  "Paste the token below and save it, then activate the bot. The webhook is set by"
                      + " itself."),
              List.of(
                  field(bot, "bot_token", "Bot token", "Such as 123456:ABC-DEF…", true),
                  field(bot, "webhook_secret", "Webhook secret", "Made if you set none.", false)));
      case "discord" ->
          new PlatformGuide(
              "Discord",
              List.of(
                  "Open discord.com/developers/applications and make an application.",
                  "Copy the application id and the public key of the page General Information.",
                  "On the page Bot, switch on the Message Content Intent and reset the token to copy"
                      + " it.",
                  "Save all three below, then activate the bot."),
              List.of(
                  field(
                      bot,
                      "application_id",
                      "Application id",
                      "A number of 17 digits or more.",
                      true),
                  field(bot, "public_key", "Public key", "64 hexadecimal digits.", true),
                  field(bot, "bot_token", "Bot token", "Shown once, after Reset Token.", true)));
      case "slack" ->
          new PlatformGuide(
              "Slack",
              List.of(
                  "Open api.slack.com/apps and make an app from scratch.",
                  "Under OAuth & Permissions add the bot scopes chat:write, im:history and"
                      + " app_mentions:read, and install the app.",
                  "Copy the bot token, and the signing secret of Basic Information, and save them"
                      + " below.",
                  "Activate the bot, then under Event Subscriptions paste the webhook address as the"
                      + " Request URL and subscribe to message.im and app_mention."),
              List.of(
                  field(bot, "bot_token", "Bot token", "Begins with xoxb-.", true),
                  field(bot, "signing_secret", "Signing secret", "32 hexadecimal digits.", true),
                  field(
                      bot,
                      "app_token",
                      "App token",
                      "For Socket Mode only; begins with xapp-.",
                      false)));
      case "whatsapp" ->
          new PlatformGuide(
              "WhatsApp",
              List.of(
                  "Open developers.facebook.com and make an app with the product WhatsApp.",
                  "Copy the phone number id and an access token of API Setup, and the app secret of"
                      + " App settings.",
                  "Think of a verify token, and save all four below.",
                  "Activate the bot, then under Configuration paste the webhook address and the"
                      + " verify token, and subscribe to messages."),
              List.of(
                  field(bot, "phone_number_id", "Phone number id", "A number.", true),
                  field(
                      bot,
                      "access_token",
                      "Access token",
                      "A permanent one, of a system user.",
                      true),
                  field(bot, "verify_token", "Verify token", "Any text of your own.", true),
                  field(bot, "app_secret", "App secret", "32 hexadecimal digits.", true)));
      default ->
          new PlatformGuide(
              "a program of your own",
              List.of(
                  "Activate the bot.",
                  "Send each message as JSON to the webhook address: text, user_id and channel_id.",
                  "Sign it: X-Timestamp with the time in seconds, and X-Signature-256 with sha256= and"
                      + " the HMAC of timestamp, a point and the body under the webhook secret."),
              List.of());
    };
  }

  private static Field field(
      BotView bot, String name, String label, String hint, boolean required) {
    var fingerprint = bot.platformConfig().get(name + "_fingerprint");
    return new Field(
        "platform_config." + name,
        label,
        hint,
        required,
        bot.platformConfig().containsKey(name),
        fingerprint == null ? "" : fingerprint.toString());
  }
}
