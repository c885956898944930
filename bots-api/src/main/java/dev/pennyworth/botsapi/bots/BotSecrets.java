package dev.pennyworth.botsapi.bots;

import dev.pennyworth.agentloop.SecretText;
import dev.pennyworth.connectors.HttpFailure;
import dev.pennyworth.connectors.RequestBody;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The secrets that a request names: what to seal, and what to forget.
///
/// @param kept by name
/// @param forgotten names
record BotSecrets(Map<String, SecretText> kept, List<String> forgotten) {
  static final String LLM_API_KEY = "llm_api_key";
  static final String WEBHOOK_SECRET = "webhook_secret";

  private static final String PLATFORM_PREFIX = "platform_config.";

  /// What a platform sends along with each message, where it can.
  static final String PLATFORM_SECRET = PLATFORM_PREFIX + WEBHOOK_SECRET;

  private static final int SECRET_LENGTH_MAX = 4_000;

  BotSecrets {
    kept = Map.copyOf(kept);
    forgotten = List.copyOf(forgotten);
  }

  /// The field of `platform_config` that a secret's name stands for.
  static Optional<String> platformField(String name) {
    return name.startsWith(PLATFORM_PREFIX)
        ? Optional.of(name.substring(PLATFORM_PREFIX.length()))
        : Optional.empty();
  }

  /// Reads `llm_api_key` and `platform_config`. What is not named stays as it is; `null` forgets.
  ///
  /// @throws HttpFailure 400 or 422, naming the field but never its value
  static BotSecrets read(RequestBody body, String platform) {
    var kept = new HashMap<String, SecretText>();
    var forgotten = new ArrayList<String>();
    readField(body, LLM_API_KEY, LLM_API_KEY, kept, forgotten);
    var fields = BotFields.PLATFORM_CONFIG.getOrDefault(platform, List.of());
    if (body.clears("platform_config")) {
      fields.forEach(field -> forgotten.add(PLATFORM_PREFIX + field));
    }
    body.object("platform_config", fields)
        .ifPresent(config ->
            fields.forEach(
                field -> readField(config, field, PLATFORM_PREFIX + field, kept, forgotten)));
    return new BotSecrets(kept, forgotten);
  }

  private static void readField(
      RequestBody body,
      String field,
      String name,
      Map<String, SecretText> kept,
      List<String> forgotten) {
    if (body.clears(field)) {
      forgotten.add(name);
    }
    body.text(field, 1, SECRET_LENGTH_MAX)
        .ifPresent(secret -> kept.put(name, new SecretText(secret)));
  }

  /// Whether there is something new to keep of what its platform gave to the bot.
  boolean keepCredentials() {
    return kept.keySet().stream().anyMatch(name -> platformField(name).isPresent());
  }

  /// The same, with one more secret to keep.
  BotSecrets with(String name, SecretText secret) {
    var more = new HashMap<>(kept);
    more.put(name, secret);
    return new BotSecrets(more, forgotten);
  }
}
