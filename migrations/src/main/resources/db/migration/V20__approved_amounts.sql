-- An approval is of an amount, not of a place in a turn; and what every turn looks for has its index.

ALTER TABLE turn ADD COLUMN approved_nanos bigint NOT NULL DEFAULT 0;  -- the owner approved of this much for approved_step

CREATE INDEX turn_waiting ON turn (team_id, conversation_id, seq) WHERE status IN ('queued', 'parked');

CREATE INDEX turn_under_way ON turn (team_id, bot_id, resumed_at)
  WHERE status = 'queued' AND resumed_at IS NOT NULL;

CREATE INDEX conversation_by_end_user ON conversation (team_id, bot_id, end_user_id);
