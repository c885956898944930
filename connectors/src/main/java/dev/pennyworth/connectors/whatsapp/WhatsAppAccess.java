package dev.pennyworth.connectors.whatsapp;

import dev.pennyworth.agentloop.SecretText;
import dev.pennyworth.connectors.WebhookBot;
import java.util.Optional;
import java.util.regex.Pattern;

/// What calls for a bot need.
///
/// @param phoneNumberId Meta's id of the bot's number
record WhatsAppAccess(String phoneNumberId, SecretText token, SecretText appSecret) {
  /// Also keeps it out of other paths.
  static final Pattern ID = Pattern.compile("[A-Za-z0-9_-]{1,64}");

  /// What a header can carry.
  static final Pattern TOKEN = Pattern.compile("[!-~]{1,4096}");

  /// Empty if the bot lacks a part, or one that cannot be.
  static Optional<WhatsAppAccess> of(WebhookBot bot) {
    var id = bot.config("phone_number_id").map(SecretText::reveal).filter(ID.asMatchPredicate());
    var token = bot.config("access_token").filter(found -> TOKEN.matcher(found.reveal()).matches());
    var secret = bot.config("app_secret").filter(found -> !found.reveal().isEmpty());
    return id.isPresent() && token.isPresent() && secret.isPresent()
        ? Optional.of(new WhatsAppAccess(id.get(), token.get(), secret.get()))
        : Optional.empty();
  }
}
