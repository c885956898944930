package dev.pennyworth.billing;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/// The rows of `hold`. Each is resolved by one conditional update; a second one finds nothing to
/// change and undoes the transaction that tried.
final class JdbcHolds {
  private final JdbcPrices prices;

  JdbcHolds(JdbcPrices prices) {
    this.prices = prices;
  }

  void insert(Handle tx, Hold hold, Instant now) {
    tx.createUpdate(
            """
            INSERT INTO hold
              (team_id, hold_id, bot_id, turn_id, step, attempt, billing_mode, price_id,
               input_tokens_max, output_tokens_max, amount_nanos, state, budget_keys, event_day,
               created_at, funding)
            VALUES
              (:team, :hold, :bot, :turn, :step, :attempt, :mode, :price,
               :input, :output, :amount, 'open', :keys, :day, :now, :funding)
            """)
        .bind("team", hold.key().team().uuid())
        .bind("hold", hold.id().uuid())
        .bind("bot", hold.key().bot().uuid())
        .bind("turn", hold.key().turn().uuid())
        .bind("step", hold.key().step())
        .bind("attempt", hold.key().attempt())
        .bind("mode", hold.mode().word())
        .bind("price", hold.price().id())
        .bind("input", hold.inputTokensMax())
        .bind("output", hold.outputTokensMax())
        .bind("amount", hold.amount().nanos())
        .bindArray("keys", String.class, hold.budgetKeys())
        .bind("day", hold.eventDay())
        .bind("now", now)
        .bind("funding", hold.mode() == BillingMode.WALLET ? "wallet" : "own_key")
        .execute();
  }

  void settle(Handle tx, Hold hold, NanoUsd cost, Instant now) {
    int resolved =
        tx.createUpdate(
                """
                UPDATE hold
                SET state = 'settled', cost_nanos = :cost, resolved_at = :now
                WHERE team_id = :team AND hold_id = :hold AND state = 'open'
                """)
            .bind("team", hold.key().team().uuid())
            .bind("hold", hold.id().uuid())
            .bind("cost", cost.nanos())
            .bind("now", now)
            .execute();
    requireOpen(hold, resolved);
  }

  void resolveVoid(Handle tx, Hold hold, Instant now) {
    int resolved =
        tx.createUpdate(
                """
                UPDATE hold
                SET state = 'voided', resolved_at = :now
                WHERE team_id = :team AND hold_id = :hold AND state = 'open'
                """)
            .bind("team", hold.key().team().uuid())
            .bind("hold", hold.id().uuid())
            .bind("now", now)
            .execute();
    requireOpen(hold, resolved);
  }

  List<Hold> findOpen(Handle tx, TeamId team, TurnId turn) {
    return tx.createQuery(
            """
            SELECT bot_id, step, attempt, billing_mode, price_id, input_tokens_max,
              output_tokens_max, amount_nanos, budget_keys, event_day
            FROM hold
            WHERE team_id = :team AND turn_id = :turn AND state = 'open'
            ORDER BY step, attempt
            """)
        .bind("team", team.uuid())
        .bind("turn", turn.uuid())
        .map((row, _) -> read(tx, team, turn, row))
        .list();
  }

  private Hold read(Handle tx, TeamId team, TurnId turn, ResultSet row) throws SQLException {
    var bot = new BotId(row.getObject("bot_id", UUID.class));
    return new Hold(
        new StepKey(team, bot, turn, row.getInt("step"), row.getInt("attempt")),
        BillingMode.parse(row.getString("billing_mode")).orElseThrow(),
        prices.byId(tx, row.getString("price_id")),
        new NanoUsd(row.getLong("amount_nanos")),
        row.getLong("input_tokens_max"),
        row.getLong("output_tokens_max"),
        List.of((String[]) row.getArray("budget_keys").getArray()),
        row.getObject("event_day", LocalDate.class));
  }

  private static void requireOpen(Hold hold, int resolved) {
    if (resolved != 1) {
      throw new IllegalStateException(hold.id() + " was resolved before: nothing is booked twice");
    }
  }
}
