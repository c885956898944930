package dev.pennyworth.botsapi.bots;

import dev.pennyworth.agentloop.WorkspaceId;
import dev.pennyworth.billing.BotId;
import dev.pennyworth.billing.LimitKind;
import dev.pennyworth.billing.NanoUsd;
import dev.pennyworth.botsapi.http.PublicUrl;
import java.math.BigDecimal;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;

/// A bot as its owner reads it. Secrets show as `***` with a fingerprint that tells them apart.
///
/// @param webhookSecret only in the answer that made it
public record BotView(
    BotId id,
    String name,
    String slug,
    String platform,
    String status,
    Optional<String> systemPrompt,
    WorkspaceId workspaceId,
    Optional<String> description,
    Map<String, Object> platformConfig,
    String llmProvider,
    String llmModel,
    Optional<String> llmApiKey,
    Optional<String> llmApiKeyFingerprint,
    Config llmConfig,
    String billingMode,
    int maxLoopIterations,
    int maxTokensPerTurn,
    int timeoutMs,
    int conversationMaxMessages,
    int conversationTtlHours,
    Optional<String> welcomeMessage,
    Optional<String> fallbackMessage,
    Optional<String> limitMessage,
    Optional<NanoUsd> spendingCapCents,
    List<BotDocument.SpendingCap> spendingCaps,
    Optional<NanoUsd> maxCostCentsPerMessage,
    String onLimit,
    Optional<NanoUsd> approvalCents,
    boolean mergeBursts,
    List<String> costUsers,
    int endUserMessagesPerMinute,
    Optional<NanoUsd> endUserDailyCents,
    String timezone,
    URI webhookUrl,
    Optional<String> webhookSecret,
    NanoUsd spentCents,
    NanoUsd heldCents,
    long conversationCount,
    Optional<Instant> lastActiveAt,
    Instant createdAt,
    Instant updatedAt) {
  private static final String HIDDEN = "***";

  /// How the model is called, as HTTP writes it.
  public record Config(
      Optional<BigDecimal> temperature,
      Optional<URI> baseUrl,
      Optional<String> lightModel,
      OptionalInt stepDownPercent) {}

  /// What is known of a bot besides what its owner set.
  public record Figures(
      NanoUsd spent, NanoUsd held, long conversationCount, Optional<Instant> lastActiveAt) {
    static final Figures NONE = new Figures(NanoUsd.ZERO, NanoUsd.ZERO, 0, Optional.empty());
  }

  static BotView of(
      Bot bot,
      Figures figures,
      WorkspaceId defaultWorkspace,
      PublicUrl publicUrl,
      Optional<String> newWebhookSecret) {
    var document = bot.document();
    var config = document.llmConfig();
    boolean hasKey = bot.fingerprints().containsKey(BotSecrets.LLM_API_KEY);
    return new BotView(
        bot.id(),
        document.name(),
        bot.slug(),
        document.platform(),
        bot.status(),
        Optional.of(document.systemPrompt()),
        document.workspaceId().orElse(defaultWorkspace),
        document.description(),
        platformConfig(bot),
        document.llmProvider(),
        document.llmModel(),
        hasKey ? Optional.of(HIDDEN) : Optional.empty(),
        Optional.ofNullable(bot.fingerprints().get(BotSecrets.LLM_API_KEY)),
        new Config(
            config.temperature(), config.baseUrl(), config.lightModel(), config.stepDownPercent()),
        document.billingMode().word(),
        document.maxLoopIterations(),
        document.maxTokensPerTurn(),
        document.timeoutMs(),
        document.conversationMaxMessages(),
        document.conversationTtlHours(),
        document.welcomeMessage(),
        Optional.of(document.fallbackMessage()),
        Optional.of(document.limitMessage()),
        document.limit(LimitKind.LIFETIME),
        document.spendingCaps(),
        document.limit(LimitKind.MESSAGE),
        document.onLimit(),
        document.approval(),
        document.mergeBursts(),
        document.costUsers(),
        document.endUserMessagesPerMinute(),
        document.limit(LimitKind.END_USER_DAY),
        document.timezone().getId(),
        webhookUrl(bot, publicUrl),
        newWebhookSecret,
        figures.spent(),
        figures.held(),
        figures.conversationCount(),
        figures.lastActiveAt(),
        bot.createdAt(),
        bot.updatedAt());
  }

  /// The same for who may not read prompts and messages: they are null.
  BotView withoutTexts() {
    return new BotView(
        id,
        name,
        slug,
        platform,
        status,
        Optional.empty(),
        workspaceId,
        Optional.empty(),
        platformConfig,
        llmProvider,
        llmModel,
        llmApiKey,
        llmApiKeyFingerprint,
        llmConfig,
        billingMode,
        maxLoopIterations,
        maxTokensPerTurn,
        timeoutMs,
        conversationMaxMessages,
        conversationTtlHours,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        spendingCapCents,
        spendingCaps,
        maxCostCentsPerMessage,
        onLimit,
        approvalCents,
        mergeBursts,
        costUsers,
        endUserMessagesPerMinute,
        endUserDailyCents,
        timezone,
        webhookUrl,
        webhookSecret,
        spentCents,
        heldCents,
        conversationCount,
        lastActiveAt,
        createdAt,
        updatedAt);
  }

  static URI webhookUrl(Bot bot, PublicUrl publicUrl) {
    return publicUrl.at("/api/bots/webhook/" + bot.document().platform() + "/" + bot.id());
  }

  private static Map<String, Object> platformConfig(Bot bot) {
    var shown = new TreeMap<String, Object>();
    bot.fingerprints()
        .forEach((name, fingerprint) ->
            BotSecrets.platformField(name)
                .ifPresent(field -> {
                  shown.put(field, HIDDEN);
                  shown.put(field + "_fingerprint", fingerprint);
                }));
    return shown;
  }
}
