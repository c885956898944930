package dev.pennyworth.agentloop;

import static org.assertj.core.api.Assertions.assertThat;

/// What stands in the database when all turns are over.
final class TestingOutcomes {
  private TestingOutcomes() {}

  static void assertOneForEachMessage(TestingAgentLoop loop) {
    assertThat(loop.figure("SELECT count(*) FROM hold WHERE state = 'open'")).isZero();
    assertThat(loop.figure("SELECT count(*) FROM turn WHERE status = 'queued'")).isZero();
    assertThat(loop.figure("SELECT coalesce(sum(pending), 0) FROM conversation")).isZero();
    assertThat(
            loop.figure(
                """
                SELECT count(*)
                FROM turn t
                WHERE merged_into IS NULL AND status <> 'parked' AND (1 <> (SELECT count(*) FROM message m
                    WHERE m.turn_id = t.turn_id AND m.direction = 'out')
                  OR 1 <> (SELECT count(*) FROM outbox o WHERE o.turn_id = t.turn_id))
                """))
        .as("turns without exactly one reply")
        .isZero();
    assertThat(
            loop.figure(
                """
                SELECT count(*)
                FROM (SELECT turn_id, step FROM ledger_transaction WHERE kind = 'charge'
                  GROUP BY turn_id, step HAVING count(*) > 1) AS twice
                """))
        .as("steps charged twice")
        .isZero();
  }
}
