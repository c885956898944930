package dev.pennyworth.agentloop.tools;

import dev.pennyworth.agentloop.ConversationId;
import dev.pennyworth.agentloop.McpPrograms;
import dev.pennyworth.billing.BotId;
import dev.pennyworth.billing.StepKey;
import dev.pennyworth.billing.TeamId;
import dev.pennyworth.billing.TurnId;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.UUID;

/// Contexts of calls that no turn makes.
final class TestingContexts {
  static final TurnId TURN = new TurnId(new UUID(7, 7));

  static final TeamId TEAM = new TeamId(new UUID(1, 1));

  private TestingContexts() {}

  /// Where there are no programs.
  static McpConnections connections(HttpToolConnection http, InstantSource clock) {
    return new McpConnections(
        new HttpMcpClient(http, clock), new ProcessMcpClient(McpPrograms.none(), TEAM::equals));
  }

  static ToolContext within(Duration timeLeft) {
    return new ToolContext(
        new StepKey(TEAM, new BotId(new UUID(2, 2)), TURN, 3, 1),
        new ConversationId(new UUID(4, 4)),
        "ann",
        ZoneOffset.UTC,
        timeLeft);
  }
}
