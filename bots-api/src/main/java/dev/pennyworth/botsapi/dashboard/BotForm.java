package dev.pennyworth.botsapi.dashboard;

import dev.pennyworth.billing.NanoUsd;
import dev.pennyworth.botsapi.bots.BotView;
import java.util.Optional;

/// A bot's fields as its forms show them. Secrets are never among them.
final class BotForm {
  private BotForm() {}

  static Form settings(BotView bot) {
    var config = bot.llmConfig();
    return Form.empty()
        .with("name", bot.name())
        .with("description", bot.description().orElse(""))
        .with("system_prompt", bot.systemPrompt().orElse(""))
        .with("workspace_id", bot.workspaceId().toString())
        .with("llm_provider", bot.llmProvider())
        .with("llm_model", bot.llmModel())
        .with("llm_config.base_url", config.baseUrl().map(Object::toString).orElse(""))
        .with("llm_config.light_model", config.lightModel().orElse(""))
        .with(
            "llm_config.temperature", config.temperature().map(it -> it.toPlainString()).orElse(""))
        .with(
            "llm_config.step_down_percent",
            config.stepDownPercent().isPresent()
                ? Integer.toString(config.stepDownPercent().getAsInt())
                : "")
        .with("billing_mode", bot.billingMode())
        .with("max_loop_iterations", Integer.toString(bot.maxLoopIterations()))
        .with("max_tokens_per_turn", Integer.toString(bot.maxTokensPerTurn()))
        .with("timeout_ms", Integer.toString(bot.timeoutMs()))
        .with("conversation_max_messages", Integer.toString(bot.conversationMaxMessages()))
        .with("conversation_ttl_hours", Integer.toString(bot.conversationTtlHours()))
        .with("end_user_messages_per_minute", Integer.toString(bot.endUserMessagesPerMinute()))
        .with("welcome_message", bot.welcomeMessage().orElse(""))
        .with("fallback_message", bot.fallbackMessage().orElse(""))
        .with("limit_message", bot.limitMessage().orElse(""))
        .with("merge_bursts", bot.mergeBursts() ? "on" : "")
        .with("cost_users", String.join("\n", bot.costUsers()))
        .with("timezone", bot.timezone());
  }

  static Form limits(BotView bot) {
    var form =
        Form.empty()
            .with("spending_cap_cents", dollars(bot.spendingCapCents()))
            .with("max_cost_cents_per_message", dollars(bot.maxCostCentsPerMessage()))
            .with("end_user_daily_cents", dollars(bot.endUserDailyCents()))
            .with("approval_cents", dollars(bot.approvalCents()))
            .with("on_limit", bot.onLimit());
    for (var cap : bot.spendingCaps()) {
      form = form.with("spending_caps." + cap.period(), MoneyText.field(cap.cents()));
    }
    return form;
  }

  private static String dollars(Optional<NanoUsd> amount) {
    return amount.map(MoneyText::field).orElse("");
  }
}
