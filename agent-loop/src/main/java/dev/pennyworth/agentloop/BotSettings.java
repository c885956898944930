package dev.pennyworth.agentloop;

import dev.pennyworth.billing.BillingMode;
import dev.pennyworth.billing.BotId;
import dev.pennyworth.billing.TeamId;
import java.net.URI;
import java.time.Duration;
import java.time.ZoneId;
import java.util.Optional;
import java.util.OptionalDouble;

/// What a turn needs to know about its bot.
///
/// @param provider such as `openai`
/// @param apiKey the owner's own key, opened; empty to use the operator's pooled key
/// @param baseUrl of a `custom` provider
/// @param maxTokensPerTurn output tokens per model call
/// @param timeout for the whole turn
/// @param conversationMaxMessages messages of the past that the model sees
/// @param conversationTtl quiet time after which a new conversation begins
/// @param fallbackMessage what an end user reads when there is no better answer
/// @param limitMessage what an end user reads when a limit stopped the bot
public record BotSettings(
    TeamId team,
    BotId bot,
    String systemPrompt,
    String provider,
    String model,
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
    ZoneId zone) {}
