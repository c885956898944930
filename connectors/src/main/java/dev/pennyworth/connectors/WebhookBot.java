package dev.pennyworth.connectors;

import dev.pennyworth.agentloop.BotSettings;
import dev.pennyworth.agentloop.SecretText;
import java.util.Map;
import java.util.Optional;

/// A bot as its platform's connector needs to know it.
///
/// @param secret signs what comes in at a custom webhook
/// @param config what its owner set in `platform_config`, by field; opened
public record WebhookBot(
    String platform,
    boolean isActive,
    SecretText secret,
    Map<String, SecretText> config,
    BotSettings settings) {
  public WebhookBot {
    config = Map.copyOf(config);
  }

  /// Whether anything of `platform_config` was set.
  public boolean hasConfig() {
    return !config.isEmpty();
  }

  /// A field of `platform_config`.
  public Optional<SecretText> config(String field) {
    return Optional.ofNullable(config.get(field));
  }

  /// A field that [PlatformConnector#activate] has looked for before the bot became active.
  public SecretText requiredConfig(String field) {
    return config(field).orElseThrow(() -> new IllegalStateException("the bot has no " + field));
  }
}
