package dev.pennyworth.botsapi.dashboard;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/// What connectors say to programs, as people read it: the names of fields and values as the page
/// and the platforms have them, and buttons where the API has calls.
public final class PlatformWords {
  /// What an owner pastes or opens, in the order in which he needs it.
  private static final Map<String, String> VALUES = new LinkedHashMap<>();

  private static final Map<String, String> FIELDS =
      Map.ofEntries(
          Map.entry("bot_token", "Bot token"),
          Map.entry("webhook_secret", "Webhook secret"),
          Map.entry("application_id", "Application ID"),
          Map.entry("public_key", "Public Key"),
          Map.entry("signing_secret", "Signing Secret"),
          Map.entry("app_token", "App-level token"),
          Map.entry("phone_number_id", "Phone number ID"),
          Map.entry("access_token", "Access token"),
          Map.entry("verify_token", "Verify token"),
          Map.entry("app_secret", "App secret"),
          Map.entry("business_account_id", "WhatsApp Business Account ID"));

  static {
    VALUES.put("app_manifest", "App Manifest");
    VALUES.put("request_url", "Request URL");
    VALUES.put("bot_events", "Bot events");
    VALUES.put("bot_scopes", "Bot Token Scopes");
    VALUES.put("callback_url", "Callback URL");
    VALUES.put("verify_token", "Verify token");
    VALUES.put("webhook_field", "Webhook field");
    VALUES.put("interactions_endpoint_url", "Interactions Endpoint URL");
    VALUES.put("invite_url", "Invite link");
    VALUES.put("chat_url", "Chat with the bot");
  }

  private static final Pattern FIELD = Pattern.compile("platform_config\\.([a-z_]+)");
  private static final Pattern VALUE =
      Pattern.compile("(?:values\\.)?\\b(" + String.join("|", VALUES.keySet()) + ")\\b");
  private static final Pattern CALL =
      Pattern.compile(
          "(?:: POST|POST|See GET) /api/bots/\\S+?/(activate|webhook-secret|turns/\\S+?)(?=[ .])");

  private PlatformWords() {}

  /// A value to paste.
  ///
  /// @param isLink whether it is opened and not pasted
  /// @param isLong whether it has many lines
  public record Value(String label, String text, boolean isLink, boolean isLong) {}

  /// How a field of `platform_config` is called.
  static String field(String name) {
    return FIELDS.getOrDefault(name, Words.spoken(name));
  }

  /// The values of an answer, in the order in which they are needed.
  public static List<Value> values(Map<String, String> values) {
    var known = new ArrayList<>(VALUES.keySet());
    values.keySet().stream().filter(name -> !VALUES.containsKey(name)).sorted().forEach(known::add);
    return known.stream()
        .filter(values::containsKey)
        .map(name ->
            new Value(
                VALUES.getOrDefault(name, Words.spoken(name)),
                String.valueOf(values.get(name)),
                name.equals("invite_url") || name.equals("chat_url"),
                name.equals("app_manifest")))
        .toList();
  }

  /// A sentence of a connector.
  public static String spoken(String sentence) {
    var text = FIELD.matcher(sentence).replaceAll(it -> quoted(field(it.group(1))));
    text =
        CALL.matcher(text)
            .replaceAll(it ->
                switch (it.group(1)) {
                  case "activate" -> ": press Activate";
                  case "webhook-secret" -> "The button below";
                  default -> "See its turn";
                });
    text = text.replace("webhook_url", "the webhook address").replace("webhook_secret", "secret");
    return VALUE.matcher(text).replaceAll(it -> quoted(String.valueOf(VALUES.get(it.group(1)))));
  }

  private static String quoted(String name) {
    return "“" + name + "”";
  }
}
