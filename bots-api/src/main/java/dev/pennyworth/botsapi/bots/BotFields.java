package dev.pennyworth.botsapi.bots;

import dev.pennyworth.billing.Price;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// The fields of a bot, by what becomes of them.
final class BotFields {
  static final List<String> PLATFORMS =
      List.of("telegram", "discord", "slack", "whatsapp", "custom");
  static final List<String> PROVIDERS = Price.PROVIDERS;

  static final List<String> BILLING_MODES = List.of("wallet", "byok", "plan_quota");

  /// Kept in the bot's document.
  static final List<String> SETTINGS =
      List.of(
          "name",
          "platform",
          "system_prompt",
          "workspace_id",
          "description",
          "llm_provider",
          "llm_model",
          "llm_config",
          "billing_mode",
          "max_loop_iterations",
          "max_tokens_per_turn",
          "timeout_ms",
          "conversation_max_messages",
          "conversation_ttl_hours",
          "welcome_message",
          "fallback_message",
          "limit_message",
          "on_limit",
          "approval_cents",
          "merge_bursts",
          "cost_users",
          "end_user_messages_per_minute",
          "timezone");

  /// Kept as limits of the bot's budgets.
  static final List<String> LIMITS =
      List.of(
          "spending_cap_cents",
          "spending_caps",
          "max_cost_cents_per_message",
          "end_user_daily_cents");

  /// Sealed, and never shown again.
  static final List<String> SECRETS = List.of("llm_api_key", "platform_config");

  /// All that a request may name.
  static final List<String> ALL =
      Stream.of(SETTINGS, LIMITS, SECRETS).flatMap(List::stream).toList();

  static final List<String> LLM_CONFIG =
      List.of("temperature", "base_url", "light_model", "step_down_percent");
  static final List<String> SPENDING_CAP = List.of("period", "cents");

  /// What each platform's connection needs.
  static final Map<String, List<String>> PLATFORM_CONFIG =
      Map.of(
          "telegram", List.of("bot_token", "webhook_secret"),
          "discord", List.of("application_id", "public_key", "bot_token"),
          "slack", List.of("bot_token", "signing_secret", "app_token"),
          "whatsapp",
              List.of(
                  "phone_number_id",
                  "access_token",
                  "verify_token",
                  "app_secret",
                  "business_account_id"),
          "custom", List.of());

  private BotFields() {}
}
