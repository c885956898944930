package dev.pennyworth.connectors.telegram;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.io.Serial;
import java.util.List;
import org.telegram.telegrambots.meta.api.methods.botapimethods.BotApiMethodBoolean;

/// Registers a webhook. The library's own sends it as a form with room for a certificate; in JSON
/// it is like all other calls.
final class TelegramWebhook extends BotApiMethodBoolean {
  @Serial private static final long serialVersionUID = 1;

  private final String url;
  private final String secretToken;

  TelegramWebhook(String url, String secretToken) {
    this.url = url;
    this.secretToken = secretToken;
  }

  @JsonProperty("url")
  String url() {
    return url;
  }

  @JsonProperty("secret_token")
  String secretToken() {
    return secretToken;
  }

  @JsonProperty("allowed_updates")
  List<String> allowedUpdates() {
    return List.of("message");
  }

  @Override
  public String getMethod() {
    return "setWebhook";
  }
}
