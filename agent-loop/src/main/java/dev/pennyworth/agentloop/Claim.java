package dev.pennyworth.agentloop;

import dev.pennyworth.billing.BotId;
import dev.pennyworth.billing.TeamId;

/// The right to work on a conversation, until the lease ends or a later claim's fence is higher.
///
/// @param fence grows with every claim of the conversation
/// @param attempts claims since a turn was finished, this one included
record Claim(
    TeamId team,
    BotId bot,
    ConversationId conversation,
    String endUserId,
    long fence,
    int attempts) {}
