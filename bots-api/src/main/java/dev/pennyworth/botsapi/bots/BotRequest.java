package dev.pennyworth.botsapi.bots;

import dev.pennyworth.billing.NanoUsd;
import io.swagger.v3.oas.annotations.media.Schema;
import java.math.BigDecimal;
import java.net.URI;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What `POST` and `PATCH /api/bots` take, as the OpenAPI document tells it. [BotDocument] reads
/// and checks it; a test holds the two together.
record BotRequest(
    @Schema(description = "1-100 characters") String name,
    @Schema(description = "One of: telegram, discord, slack, whatsapp, custom") String platform,
    @Schema(description = "1-32,000 characters") String systemPrompt,
    @Nullable @Schema(description = "The team's default workspace, if left out") String workspaceId,
    @Nullable String description,
    @Nullable @Schema(description = "Write-only; what each platform needs")
        Map<String, String> platformConfig,
    @Nullable
        @Schema(
            defaultValue = "anthropic",
            description = "One of: anthropic, openai, gemini, groq, workers-ai, custom, builtin")
        String llmProvider,
    @Nullable @Schema(defaultValue = "claude-sonnet-4-6") String llmModel,
    @Nullable @Schema(description = "Write-only") String llmApiKey,
    @Nullable LlmConfig llmConfig,
    @Nullable @Schema(defaultValue = "wallet", description = "One of: wallet, byok, plan_quota")
        String billingMode,
    @Nullable @Schema(defaultValue = "10", minimum = "1", maximum = "50") Integer maxLoopIterations,
    @Nullable
        @Schema(
            description = "Output tokens per model call",
            defaultValue = "8192",
            minimum = "1",
            maximum = "200000")
        Integer maxTokensPerTurn,
    @Nullable @Schema(defaultValue = "30000", minimum = "1000", maximum = "60000")
        Integer timeoutMs,
    @Nullable @Schema(defaultValue = "20", minimum = "2", maximum = "200")
        Integer conversationMaxMessages,
    @Nullable @Schema(defaultValue = "24", minimum = "1", maximum = "8760")
        Integer conversationTtlHours,
    @Nullable String welcomeMessage,
    @Nullable String fallbackMessage,
    @Nullable @Schema(defaultValue = "Bot has reached its spending limit.") String limitMessage,
    @Nullable @Schema(description = "Lifetime cap; null for none") NanoUsd spendingCapCents,
    @Nullable List<BotDocument.SpendingCap> spendingCaps,
    @Nullable NanoUsd maxCostCentsPerMessage,
    @Nullable @Schema(defaultValue = "stop", description = "One of: stop, park") String onLimit,
    @Nullable @Schema(description = "A step that may cost more waits for the owner; null for none")
        NanoUsd approvalCents,
    @Nullable
        @Schema(
            defaultValue = "false",
            description = "Whether messages that arrive while a turn runs are answered together")
        Boolean mergeBursts,
    @Nullable @Schema(description = "Platform user ids that may ask /cost; * for all")
        List<String> costUsers,
    @Nullable @Schema(defaultValue = "20") Integer endUserMessagesPerMinute,
    @Nullable NanoUsd endUserDailyCents,
    @Nullable @Schema(defaultValue = "UTC") String timezone) {

  /// How the model is called.
  record LlmConfig(
      @Nullable @Schema(minimum = "0", maximum = "2") BigDecimal temperature,
      @Nullable @Schema(description = "Of llm_provider custom") URI baseUrl,
      @Nullable @Schema(description = "For summaries and small talk; of the same provider")
          String lightModel,
      @Nullable
          @Schema(
              minimum = "1",
              maximum = "99",
              description = "The light model does all work once less of a cap is left")
          Integer stepDownPercent) {}
}
