package dev.pennyworth.botsapi.bots;

import dev.pennyworth.billing.BotId;
import dev.pennyworth.billing.TeamId;
import dev.pennyworth.billing.TokenUsage;
import java.time.LocalDate;
import java.util.Optional;
import org.jdbi.v3.core.Jdbi;

/// What a bot's answers took so far, on the mean.
final class JdbcBotHistory {
  /// Older turns may have had another prompt and another model.
  static final int DAYS = 30;

  private final Jdbi jdbi;

  JdbcBotHistory(Jdbi jdbi) {
    this.jdbi = jdbi;
  }

  /// Model calls that were charged.
  ///
  /// @param calls at least one
  /// @param turns that they belong to
  /// @param tokens of all of them
  record Past(long calls, long turns, TokenUsage tokens) {
    /// Of one call, rounded up.
    long meanInput() {
      return Math.ceilDiv(tokens.input() + tokens.cacheRead() + tokens.cacheWrite(), calls);
    }

    /// Of one call, rounded up.
    long meanOutput() {
      return Math.ceilDiv(tokens.output(), calls);
    }
  }

  /// The answers of the last [#DAYS] days; empty if there are none.
  Optional<Past> of(TeamId team, BotId bot, LocalDate today) {
    return jdbi.withHandle(handle ->
            handle
                .createQuery(
                    """
                    SELECT count(*), count(DISTINCT turn_id), coalesce(sum(tokens_input), 0)::bigint,
                      coalesce(sum(tokens_output), 0)::bigint, coalesce(sum(tokens_cache_read), 0)::bigint,
                      coalesce(sum(tokens_cache_write), 0)::bigint
                    FROM ledger_transaction
                    WHERE team_id = :team AND bot_id = :bot AND kind = 'charge' AND purpose = 'answer'
                      AND llm_model IS NOT NULL AND event_day > :since
                    """)
                .bind("team", team.uuid())
                .bind("bot", bot.uuid())
                .bind("since", today.minusDays(DAYS))
                .map((row, _) ->
                    new Past(
                        row.getLong(1),
                        row.getLong(2),
                        new TokenUsage(
                            row.getLong(3), row.getLong(4), row.getLong(5), row.getLong(6))))
                .findOne())
        .filter(past -> past.calls() > 0);
  }
}
