package dev.pennyworth.connectors.telegram;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;

/// How Telegram proves that a request is its own: it sends the secret back that it was given with
/// the webhook's address. Source: core.telegram.org/bots/api, setWebhook.
final class TelegramSignature {
  static final String HEADER = "X-Telegram-Bot-Api-Secret-Token";

  private TelegramSignature() {}

  /// Compares in constant time.
  static boolean isGood(@Nullable String sent, String secret) {
    return sent != null
        && !secret.isEmpty()
        && MessageDigest.isEqual(
            sent.getBytes(StandardCharsets.UTF_8), secret.getBytes(StandardCharsets.UTF_8));
  }
}
