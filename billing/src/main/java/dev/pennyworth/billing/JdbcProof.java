package dev.pennyworth.billing;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.transaction.TransactionIsolationLevel;

/// Recomputes a team's books from first principles and names the first row that disagrees.
public final class JdbcProof {
  private final Jdbi jdbi;

  JdbcProof(Jdbi jdbi) {
    this.jdbi = jdbi;
  }

  /// Every team that has books.
  public List<TeamId> teams() {
    return jdbi.withHandle(handle ->
        handle
            .createQuery(
                """
                SELECT team_id
                FROM wallet
                ORDER BY team_id
                """)
            .mapTo(UUID.class)
            .map(TeamId::new)
            .list());
  }

  /// Proves a team's books as they stand in one snapshot, while others go on writing.
  public Proof prove(TeamId team) {
    return jdbi.inTransaction(
        TransactionIsolationLevel.REPEATABLE_READ,
        tx -> {
          var checked = new LinkedHashMap<String, Long>();
          var mismatch =
              proveChain(tx, team, checked)
                  .or(() -> compare(tx, team, checked, "ledger_entries", LINES))
                  .or(() -> compare(tx, team, checked, "wallets", WALLET))
                  .or(() -> compare(tx, team, checked, "holds", HOLDS))
                  .or(() -> compare(tx, team, checked, "budgets", BUDGETS))
                  .or(() -> compare(tx, team, checked, "plan_periods", PLAN_PERIODS))
                  .or(() -> compare(tx, team, checked, "rollups", ROLLUPS))
                  .or(() -> compare(tx, team, checked, "payments", JdbcPaymentProof.PAYMENTS));
          return new Proof(checked, mismatch);
        });
  }

  private static Optional<Proof.Mismatch> proveChain(
      Handle tx, TeamId team, Map<String, Long> checked) {
    var chain = new ChainProof();
    JdbcLedgerRows.forEach(tx, team, chain::add);
    var head =
        tx.createQuery(
                """
                SELECT ledger_seq, ledger_hash
                FROM wallet
                WHERE team_id = :team
                """)
            .bind("team", team.uuid())
            .map((row, _) -> Map.entry(row.getLong(1), Hash.of(row.getBytes(2))))
            .one();
    checked.put("ledger_transactions", chain.rows());
    return chain.firstMismatch().or(() -> chain.compareHead(head.getKey(), head.getValue()));
  }

  /// Compares figures (what, name, stated, recomputed): counts them all and brings the first that
  /// disagrees.
  private static Optional<Proof.Mismatch> compare(
      Handle tx, TeamId team, Map<String, Long> checked, String name, String figures) {
    return tx.createQuery(
            """
            WITH figure (what, name, stated, recomputed) AS (<figures>),
            mismatch AS (
              SELECT what, name, stated, recomputed
              FROM figure
              WHERE stated IS DISTINCT FROM recomputed
              LIMIT 1)
            SELECT (SELECT count(*) FROM figure), what, name, stated, recomputed
            FROM (SELECT 1) AS always
            LEFT JOIN mismatch ON true
            """)
        .define("figures", figures)
        .bind("team", team.uuid())
        .map((row, _) -> {
          checked.put(name, row.getLong(1));
          return row.getString(2) == null
              ? Optional.<Proof.Mismatch>empty()
              : Optional.of(
                  new Proof.Mismatch(
                      row.getString(2), row.getString(3), row.getString(4), row.getString(5)));
        })
        .one();
  }

  private static final String LINES =
      """
      SELECT 'ledger.entries', concat(e.seq, '/', e.line), e.seq::text,
        coalesce(t.seq::text, 'no transaction')
      FROM ledger_entry e
      LEFT JOIN ledger_transaction t ON t.team_id = e.team_id AND t.seq = e.seq
      WHERE e.team_id = :team
      """;

  private static final String WALLET =
      """
      WITH truth AS (
        SELECT
          coalesce((SELECT sum(amount_nanos) FROM ledger_entry
            WHERE team_id = :team AND account = 'wallet'), 0) AS balance,
          coalesce((SELECT -sum(e.amount_nanos) FROM ledger_entry e
            JOIN ledger_transaction t ON t.team_id = e.team_id AND t.seq = e.seq
            WHERE e.team_id = :team AND e.account = 'wallet'
              AND t.kind IN ('charge', 'plan_fee')), 0) AS spent,
          coalesce((SELECT sum(e.amount_nanos) FROM ledger_entry e
            JOIN ledger_transaction t ON t.team_id = e.team_id AND t.seq = e.seq
            WHERE e.team_id = :team AND e.account = 'wallet' AND t.kind = 'deposit'), 0) AS deposited,
          coalesce((SELECT sum(amount_nanos) FROM hold
            WHERE team_id = :team AND state = 'open' AND funding = 'wallet'), 0) AS held)
      SELECT 'wallet.balance', team_id::text, balance_nanos::text, balance::text
      FROM wallet, truth WHERE team_id = :team
      UNION ALL
      SELECT 'wallet.held', team_id::text, held_nanos::text, held::text
      FROM wallet, truth WHERE team_id = :team
      UNION ALL
      SELECT 'wallet.spent', team_id::text, spent_nanos::text, spent::text
      FROM wallet, truth WHERE team_id = :team
      UNION ALL
      SELECT 'wallet.deposited', team_id::text, deposited_nanos::text, deposited::text
      FROM wallet, truth WHERE team_id = :team
      """;

  private static final String HOLDS =
      """
      WITH charge AS (
        SELECT hold_id, sum(cost_nanos) AS cost
        FROM ledger_transaction
        WHERE team_id = :team AND kind = 'charge'
        GROUP BY hold_id)
      SELECT 'hold.cost', coalesce(h.hold_id, c.hold_id)::text,
        coalesce(h.cost_nanos::text, 'none'), coalesce(c.cost::text, 'none')
      FROM (SELECT hold_id, cost_nanos FROM hold WHERE team_id = :team) h
      FULL JOIN charge c ON c.hold_id = h.hold_id
      """;

  private static final String BUDGETS =
      """
      WITH truth AS (
        SELECT k.budget_key,
          sum(h.amount_nanos) FILTER (WHERE h.state = 'open') AS held,
          sum(h.cost_nanos) AS spent
        FROM hold h, unnest(h.budget_keys) AS k (budget_key)
        WHERE h.team_id = :team
        GROUP BY k.budget_key)
      SELECT 'budget.held', coalesce(b.budget_key, t.budget_key),
        coalesce(b.held_nanos::text, 'no row'), coalesce(t.held, 0)::text
      FROM (SELECT * FROM budget WHERE team_id = :team) b
      FULL JOIN truth t ON t.budget_key = b.budget_key
      UNION ALL
      SELECT 'budget.spent', coalesce(b.budget_key, t.budget_key),
        coalesce(b.spent_nanos::text, 'no row'), coalesce(t.spent, 0)::text
      FROM (SELECT * FROM budget WHERE team_id = :team) b
      FULL JOIN truth t ON t.budget_key = b.budget_key
      """;

  private static final String PLAN_PERIODS =
      """
      WITH share AS (
        SELECT h.*, least(h.plan_tokens,
          coalesce(t.tokens_input + t.tokens_output + t.tokens_cache_read + t.tokens_cache_write, 0))
          AS tokens_used, 'usage_missing' = ANY(t.flags) AS is_usage_missing
        FROM hold h
        LEFT JOIN ledger_transaction t ON t.team_id = :team AND t.hold_id = h.hold_id
          AND t.kind = 'charge'
        WHERE h.team_id = :team AND h.period_starts_at IS NOT NULL),
      truth AS (
        SELECT period_starts_at,
          sum(cost_nanos) FILTER (WHERE funding = 'plan') AS credits_spent,
          sum(amount_nanos) FILTER (WHERE funding = 'plan' AND state = 'open') AS credits_held,
          sum(CASE WHEN is_usage_missing THEN plan_tokens ELSE tokens_used END)
            FILTER (WHERE funding = 'plan' AND state = 'settled') AS tokens_spent,
          sum(plan_tokens) FILTER (WHERE funding = 'plan' AND state = 'open') AS tokens_held,
          sum(cost_nanos) FILTER (WHERE funding = 'wallet') AS overage_spent,
          sum(amount_nanos) FILTER (WHERE funding = 'wallet' AND state = 'open') AS overage_held
        FROM share
        GROUP BY period_starts_at)
      SELECT 'plan_period', coalesce(p.starts_at, t.period_starts_at)::text,
        concat_ws(' ', p.credits_spent_nanos, p.credits_held_nanos, p.tokens_spent, p.tokens_held,
          p.overage_spent_nanos, p.overage_held_nanos),
        concat_ws(' ', coalesce(t.credits_spent, 0), coalesce(t.credits_held, 0),
          coalesce(t.tokens_spent, 0), coalesce(t.tokens_held, 0),
          coalesce(t.overage_spent, 0), coalesce(t.overage_held, 0))
      FROM (SELECT * FROM plan_period WHERE team_id = :team) p
      FULL JOIN truth t ON t.period_starts_at = p.starts_at
      """;

  private static final String ROLLUPS =
      """
      WITH truth AS (
        SELECT bot_id, event_day, sum(cost_nanos) AS cost, sum(billed_nanos) AS billed,
          sum(tokens_input) AS input, sum(tokens_output) AS output,
          sum(tokens_cache_read) AS cache_read, sum(tokens_cache_write) AS cache_write
        FROM ledger_transaction
        WHERE team_id = :team AND kind = 'charge'
        GROUP BY bot_id, event_day)
      SELECT 'daily_rollup',
        concat(coalesce(r.bot_id, t.bot_id), '/', coalesce(r.event_day, t.event_day)),
        concat_ws(' ', 'cost', coalesce(r.cost_nanos, 0), 'billed', coalesce(r.billed_nanos, 0),
          'tokens', coalesce(r.tokens_input, 0), coalesce(r.tokens_output, 0),
          coalesce(r.tokens_cache_read, 0), coalesce(r.tokens_cache_write, 0)),
        concat_ws(' ', 'cost', coalesce(t.cost, 0), 'billed', coalesce(t.billed, 0),
          'tokens', coalesce(t.input, 0), coalesce(t.output, 0),
          coalesce(t.cache_read, 0), coalesce(t.cache_write, 0))
      FROM (SELECT * FROM daily_rollup WHERE team_id = :team) r
      FULL JOIN truth t ON t.bot_id = r.bot_id AND t.event_day = r.event_day
      """;
}
