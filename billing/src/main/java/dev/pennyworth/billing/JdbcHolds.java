package dev.pennyworth.billing;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;

/// The rows of `hold`. Each is resolved by one conditional update; a second one finds nothing to
/// change and undoes the transaction that tried.
final class JdbcHolds {
  private final JdbcPrices prices;

  JdbcHolds(JdbcPrices prices) {
    this.prices = prices;
  }

  static void insert(Handle tx, List<Hold> holds, Instant now) {
    JdbcColumns.of(
            tx,
            holds,
            """
            INSERT INTO hold
              (team_id, hold_id, bot_id, turn_id, step, attempt, billing_mode, funding,
               period_starts_at, plan_tokens, price_id, input_tokens_max, output_tokens_max,
               amount_nanos, state, budget_keys, event_day, created_at)
            SELECT team_id, hold_id, bot_id, turn_id, step, attempt, billing_mode, funding,
              period_starts_at, plan_tokens, price_id, input_tokens_max, output_tokens_max,
              amount_nanos, 'open', string_to_array(budget_keys, ','), event_day, ?
            FROM unnest(?::uuid[], ?::uuid[], ?::uuid[], ?::uuid[],
              ?::integer[], ?::integer[], ?::text[], ?::text[],
              ?::timestamptz[], ?::bigint[], ?::text[],
              ?::bigint[], ?::bigint[], ?::bigint[], ?::text[],
              ?::date[])
              AS row (team_id, hold_id, bot_id, turn_id, step, attempt, billing_mode, funding,
                period_starts_at, plan_tokens, price_id, input_tokens_max, output_tokens_max,
                amount_nanos, budget_keys, event_day)
            """)
        .instant(now)
        .uuids(hold -> hold.key().team().uuid())
        .uuids(hold -> hold.id().uuid())
        .uuids(hold -> hold.key().bot().uuid())
        .uuids(hold -> hold.key().turn().uuid())
        .ints(hold -> hold.key().step())
        .ints(hold -> hold.key().attempt())
        .texts(hold -> hold.mode().word())
        .texts(hold -> hold.funding().word())
        .texts(hold -> hold.plan().map(share -> share.periodStartsAt().toString()).orElse(null))
        .longs(hold -> hold.plan().map(PlanShare::tokens).orElse(0L))
        .texts(hold -> hold.price().id())
        .longs(Hold::inputTokensMax)
        .longs(Hold::outputTokensMax)
        .longs(hold -> hold.amount().nanos())
        .texts(hold -> String.join(",", hold.budgetKeys()))
        .texts(hold -> hold.eventDay().toString())
        .execute();
  }

  /// Marks holds as resolved.
  ///
  /// @throws AlreadyResolved if one of them was resolved before
  static void resolve(Handle tx, List<Resolution> resolutions, Instant now) {
    var resolved =
        new HashSet<>(
            JdbcColumns.of(
                    tx,
                    resolutions,
                    """
                    UPDATE hold AS h
                    SET state = row.state, cost_nanos = row.cost_nanos, resolved_at = ?
                    FROM unnest(?::uuid[], ?::uuid[], ?::integer[],
                      ?::integer[], ?::text[], ?::bigint[])
                      AS row (team_id, turn_id, step, attempt, state, cost_nanos)
                    WHERE h.team_id = row.team_id AND h.turn_id = row.turn_id
                      AND h.step = row.step AND h.attempt = row.attempt AND h.state = 'open'
                    RETURNING h.hold_id
                    """)
                .instant(now)
                .uuids(one -> one.hold().key().team().uuid())
                .uuids(one -> one.hold().key().turn().uuid())
                .ints(one -> one.hold().key().step())
                .ints(one -> one.hold().key().attempt())
                .texts(JdbcHolds::state)
                .longs(one -> cost(one).map(NanoUsd::nanos).orElse(null))
                .query(row -> row.getObject(1, UUID.class)));
    for (var resolution : resolutions) {
      if (!resolved.remove(resolution.hold().id().uuid())) {
        throw new AlreadyResolved(resolution.hold().id());
      }
    }
  }

  private static String state(Resolution resolution) {
    return switch (resolution) {
      case Resolution.Settle _ -> "settled";
      case Resolution.VoidHold _, Resolution.Lose _ -> "voided";
      case Resolution.Expire _ -> "expired";
    };
  }

  private static Optional<NanoUsd> cost(Resolution resolution) {
    return resolution instanceof Resolution.Settle settle
        ? Optional.of(settle.charge().cost())
        : Optional.empty();
  }

  List<Hold> findOpen(Handle tx, TeamId team, TurnId turn) {
    return tx.createQuery(
            """
            SELECT *
            FROM hold
            WHERE team_id = :team AND turn_id = :turn AND state = 'open'
            ORDER BY step, attempt
            """)
        .bind("team", team.uuid())
        .bind("turn", turn.uuid())
        .map((row, _) -> read(tx, row))
        .list();
  }

  /// The last attempt at each step of a turn that a hold was taken for, by step.
  static Map<Integer, Integer> attempts(Handle tx, TeamId team, TurnId turn) {
    return tx.createQuery(
            """
            SELECT step, max(attempt)
            FROM hold
            WHERE team_id = :team AND turn_id = :turn
            GROUP BY step
            """)
        .bind("team", team.uuid())
        .bind("turn", turn.uuid())
        .map((row, _) -> Map.entry(row.getInt(1), row.getInt(2)))
        .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
  }

  /// Holds of all teams that were taken in a span of time and are open still, the oldest first.
  List<Hold> findForgotten(Handle tx, Instant from, Instant before, int rowsMax) {
    return tx.createQuery(
            """
            SELECT hold.*, team_id
            FROM hold
            WHERE state = 'open' AND created_at >= :from AND created_at < :before
            ORDER BY created_at
            LIMIT :rows
            """)
        .bind("from", from)
        .bind("before", before)
        .bind("rows", rowsMax)
        .map((row, _) -> read(tx, row))
        .list();
  }

  private Hold read(Handle tx, ResultSet row) throws SQLException {
    var key =
        new StepKey(
            new TeamId(row.getObject("team_id", UUID.class)),
            new BotId(row.getObject("bot_id", UUID.class)),
            new TurnId(row.getObject("turn_id", UUID.class)),
            row.getInt("step"),
            row.getInt("attempt"));
    long planTokens = row.getLong("plan_tokens");
    return new Hold(
        key,
        BillingMode.parse(row.getString("billing_mode")).orElseThrow(),
        Funding.of(row.getString("funding")),
        Optional.ofNullable(row.getTimestamp("period_starts_at"))
            .map(start -> new PlanShare(start.toInstant(), planTokens)),
        price(tx, row.getString("price_id")),
        new NanoUsd(row.getLong("amount_nanos")),
        row.getLong("input_tokens_max"),
        row.getLong("output_tokens_max"),
        List.of((String[]) row.getArray("budget_keys").getArray()),
        row.getObject("event_day", LocalDate.class));
  }

  private Price price(Handle tx, String id) {
    return Price.ofToolId(id).orElseGet(() -> prices.byId(tx, id));
  }
}
