package dev.pennyworth.billing;

/// What the ledger must say about payments. Figures as [JdbcProof] compares them: what, name,
/// stated, recomputed.
final class JdbcPaymentProof {
  private JdbcPaymentProof() {}

  /// Each paid payment has its one deposit row of what was paid, and no deposit row is without one.
  /// What was taken back of it, and the house's part, are the sums of its rows.
  static final String PAYMENTS =
      """
      WITH booked AS (
        SELECT split_part(t.source_key, '/', 2) AS payment_id,
          sum(-e.amount_nanos) FILTER (WHERE t.kind = 'deposit' AND e.account = 'cash') AS deposited,
          sum(e.amount_nanos) FILTER (WHERE t.kind = 'refund' AND e.account = 'cash') AS refunded,
          sum(-e.amount_nanos) FILTER (WHERE t.kind = 'refund' AND e.account = 'house')
            AS refund_uncovered,
          sum(e.amount_nanos) FILTER (
            WHERE t.kind IN ('dispute', 'dispute_won') AND e.account = 'cash') AS disputed,
          sum(-e.amount_nanos) FILTER (
            WHERE t.kind IN ('dispute', 'dispute_won') AND e.account = 'house') AS dispute_uncovered
        FROM ledger_transaction t
        JOIN ledger_entry e ON e.team_id = t.team_id AND e.seq = t.seq
        WHERE t.team_id = :team AND t.kind IN ('deposit', 'refund', 'dispute', 'dispute_won')
        GROUP BY split_part(t.source_key, '/', 2)),
      paid AS (
        SELECT payment_id::text AS payment_id, refunded_nanos, refund_uncovered_nanos,
          disputed_nanos, dispute_uncovered_nanos,
          CASE WHEN status = 'paid' THEN COALESCE(paid_nanos, amount_nanos) END AS paid_nanos
        FROM payment
        WHERE team_id = :team)
      SELECT 'payment', COALESCE(p.payment_id, b.payment_id),
        concat_ws(' ', 'paid', COALESCE(p.paid_nanos, 0), 'refunded', COALESCE(p.refunded_nanos, 0),
          COALESCE(p.refund_uncovered_nanos, 0), 'disputed', COALESCE(p.disputed_nanos, 0),
          COALESCE(p.dispute_uncovered_nanos, 0)),
        concat_ws(' ', 'paid', COALESCE(b.deposited, 0), 'refunded', COALESCE(b.refunded, 0),
          COALESCE(b.refund_uncovered, 0), 'disputed', COALESCE(b.disputed, 0),
          COALESCE(b.dispute_uncovered, 0))
      FROM paid p
      FULL JOIN booked b ON b.payment_id = p.payment_id
      """;
}
