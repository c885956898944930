package dev.pennyworth.botsapi.bots;

import dev.pennyworth.agentloop.WorkspaceId;
import dev.pennyworth.billing.BotId;
import dev.pennyworth.billing.BudgetState;
import dev.pennyworth.billing.JdbcBudgets;
import dev.pennyworth.billing.LimitKind;
import dev.pennyworth.billing.NanoUsd;
import dev.pennyworth.billing.TeamId;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/// What is known of bots besides what their owners set.
final class JdbcBotFigures {
  private final JdbcBudgets budgets;

  JdbcBotFigures(JdbcBudgets budgets) {
    this.budgets = budgets;
  }

  /// How many conversations a bot had, and when it last heard or said something.
  record Activity(long conversations, Optional<Instant> lastAt) {
    static final Activity NONE = new Activity(0, Optional.empty());
  }

  BotView.Figures of(Handle handle, Bot bot) {
    var lifetime =
        budgets.states(handle, bot.team(), bot.id(), bot.document().timezone()).stream()
            .filter(state -> state.kind() == LimitKind.LIFETIME)
            .findFirst();
    var activity =
        activity(handle, bot.team(), Optional.of(bot.id())).getOrDefault(bot.id(), Activity.NONE);
    return new BotView.Figures(
        lifetime.map(BudgetState::spent).orElse(NanoUsd.ZERO),
        lifetime.map(BudgetState::held).orElse(NanoUsd.ZERO),
        activity.conversations(),
        activity.lastAt());
  }

  /// The activity of a team's bots, or of one of them.
  Map<BotId, Activity> activity(Handle handle, TeamId team, Optional<BotId> bot) {
    var activity = new HashMap<BotId, Activity>();
    handle
        .createQuery(
            """
            SELECT bot_id, count(*), max(last_message_at)
            FROM conversation
            WHERE team_id = :team AND (:bot::uuid IS NULL OR bot_id = :bot)
            GROUP BY bot_id
            """)
        .bind("team", team.uuid())
        .bindByType("bot", bot.map(BotId::uuid).orElse(null), UUID.class)
        .map((row, _) ->
            Map.entry(
                new BotId(row.getObject(1, UUID.class)),
                new Activity(row.getLong(2), Optional.of(row.getTimestamp(3).toInstant()))))
        .forEach(entry -> activity.put(entry.getKey(), entry.getValue()));
    return Map.copyOf(activity);
  }

  /// Whether the team has this workspace; then it stays for the rest of the transaction.
  boolean hasWorkspace(Handle handle, TeamId team, WorkspaceId workspace) {
    return handle
        .createQuery(
            """
            SELECT 1
            FROM workspace
            WHERE team_id = :team AND workspace_id = :workspace
            FOR KEY SHARE
            """)
        .bind("team", team.uuid())
        .bind("workspace", workspace.uuid())
        .mapTo(Integer.class)
        .findOne()
        .isPresent();
  }

  /// The workspace that a team began with.
  WorkspaceId defaultWorkspace(Handle handle, TeamId team) {
    return handle
        .createQuery(
            """
            SELECT workspace_id
            FROM workspace
            WHERE team_id = :team AND is_default
            """)
        .bind("team", team.uuid())
        .mapTo(UUID.class)
        .map(WorkspaceId::new)
        .one();
  }
}
