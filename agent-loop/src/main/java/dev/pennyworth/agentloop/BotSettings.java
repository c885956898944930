package dev.pennyworth.agentloop;

import dev.pennyworth.billing.BillingMode;
import dev.pennyworth.billing.BotId;
import dev.pennyworth.billing.NanoUsd;
import dev.pennyworth.billing.TeamId;
import java.net.URI;
import java.time.Duration;
import java.time.ZoneId;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;

/// What a turn needs to know about its bot.
///
/// @param workspace whose tools it may use; empty for its team's default workspace
/// @param provider such as `openai`
/// @param lightModel of the same provider, for routine work; empty for the bot's model
/// @param stepDownPercent the light model does all work once less than this share of a cap is left;
///   empty: never
/// @param apiKey the owner's own key, opened; empty to use the operator's pooled key
/// @param baseUrl of a `custom` provider
/// @param maxTokensPerTurn output tokens per model call
/// @param timeout for the whole turn
/// @param conversationMaxMessages messages of the past that the model sees
/// @param conversationTtl quiet time after which a new conversation begins
/// @param fallbackMessage what an end user reads when there is no better answer
/// @param limitMessage what an end user reads when a limit stopped the bot
/// @param welcomeMessage what an end user reads first, ever; empty for nothing
/// @param parksOnLimit whether a turn that a limit stops waits for money instead of ending
/// @param approval a step that may cost more than this waits for the owner; empty: none does
/// @param costUsers end users who may ask for the cost of their conversation; `*` for all
/// @param mergesBursts whether messages that arrive while a turn runs are answered together
public record BotSettings(
    TeamId team,
    BotId bot,
    Optional<WorkspaceId> workspace,
    String systemPrompt,
    String provider,
    String model,
    Optional<String> lightModel,
    OptionalInt stepDownPercent,
    Optional<SecretText> apiKey,
    Optional<URI> baseUrl,
    OptionalDouble temperature,
    BillingMode billingMode,
    int maxLoopIterations,
    int maxTokensPerTurn,
    Duration timeout,
    int conversationMaxMessages,
    Duration conversationTtl,
    int endUserMessagesPerMinute,
    String fallbackMessage,
    String limitMessage,
    Optional<String> welcomeMessage,
    boolean parksOnLimit,
    Optional<NanoUsd> approval,
    Set<String> costUsers,
    boolean mergesBursts,
    ZoneId zone) {

  /// Whether a model is one of the bot's two.
  boolean has(String other) {
    return other.equals(model) || lightModel.filter(other::equals).isPresent();
  }

  /// The same bot with another prompt and another bound on what its model writes.
  BotSettings askedWith(String otherPrompt, int otherMaxTokens) {
    return new BotSettings(
        team,
        bot,
        workspace,
        otherPrompt,
        provider,
        model,
        lightModel,
        stepDownPercent,
        apiKey,
        baseUrl,
        temperature,
        billingMode,
        maxLoopIterations,
        otherMaxTokens,
        timeout,
        conversationMaxMessages,
        conversationTtl,
        endUserMessagesPerMinute,
        fallbackMessage,
        limitMessage,
        welcomeMessage,
        parksOnLimit,
        approval,
        costUsers,
        mergesBursts,
        zone);
  }
}
