-- A billed step writes a hold twice, a ledger transaction and its lines. Three keys said what other
-- keys say already, one foreign key was checked by a query for each line, and an index on the state
-- of holds made every settlement write all indexes of its hold anew. Measured by GateBenchmark.

-- hold_id is computed from turn, step and attempt: one key is enough.
ALTER TABLE hold DROP CONSTRAINT hold_pkey;
ALTER TABLE hold DROP CONSTRAINT hold_is_one_for_an_attempt;
ALTER TABLE hold ADD CONSTRAINT hold_is_one_for_an_attempt PRIMARY KEY (team_id, turn_id, step, attempt);

-- A settlement changes no indexed column, so that it stays within its page.
DROP INDEX hold_open;
CREATE INDEX hold_by_time ON hold USING brin (created_at);
ALTER TABLE hold SET (fillfactor = 60);
ALTER TABLE budget SET (fillfactor = 50);
ALTER TABLE wallet SET (fillfactor = 50);
ALTER TABLE daily_rollup SET (fillfactor = 50);

-- txn_id is computed from source_key: the shorter of the two makes an event happen once.
ALTER TABLE ledger_transaction DROP CONSTRAINT ledger_transaction_happens_once;
ALTER TABLE ledger_transaction DROP CONSTRAINT ledger_transaction_id_is_unique;
ALTER TABLE ledger_transaction ADD CONSTRAINT ledger_transaction_happens_once UNIQUE (team_id, txn_id);

-- Lines are written by the statement after their transaction's, and never deleted; the hash covers
-- them, and the proof counts them.
ALTER TABLE ledger_entry DROP CONSTRAINT ledger_entry_of_a_transaction;
