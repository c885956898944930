package dev.pennyworth.connectors;

import dev.pennyworth.agentloop.BotSettings;
import dev.pennyworth.agentloop.SecretText;

/// A bot as its webhook needs to know it.
///
/// @param secret signs what comes in
public record WebhookBot(
    String platform, boolean isActive, SecretText secret, BotSettings settings) {}
