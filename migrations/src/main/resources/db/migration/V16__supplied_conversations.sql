-- Callers who keep the conversation themselves, and callers who are answered later. Until now each
-- turn saw the messages that are stored here, and its sender had to wait for the answer.

ALTER TABLE turn
  ADD COLUMN supplied     jsonb,  -- NULL unless the caller gave the conversation: what the turn sees of it
  ADD COLUMN callback_url text;   -- NULL unless the answer is to be posted there

-- An answer on its way to its callback, from the end of its turn on. Each attempt is claimed: the
-- fence grows, and until the lease ends nobody else tries.
CREATE TABLE callback (
  team_id         uuid        NOT NULL,
  turn_id         uuid        NOT NULL,
  url             text        NOT NULL,
  state           text        NOT NULL DEFAULT 'pending',
  created_at      timestamptz NOT NULL,
  attempts        integer     NOT NULL DEFAULT 0,
  next_attempt_at timestamptz,           -- NULL once sent or failed
  fence           bigint      NOT NULL DEFAULT 0,
  lease_until     timestamptz NOT NULL DEFAULT '-infinity',
  response_status integer,               -- NULL where nobody answered in HTTP
  error           text,                  -- NULL unless the last attempt failed: for the owner to read
  PRIMARY KEY (team_id, turn_id),
  CONSTRAINT callback_of_a_turn FOREIGN KEY (team_id, turn_id) REFERENCES turn (team_id, turn_id),
  CONSTRAINT callback_state_is_known CHECK (state IN ('pending', 'sent', 'failed')),
  CONSTRAINT callback_is_due_while_pending CHECK (
    (state = 'pending') = (next_attempt_at IS NOT NULL))
);

CREATE INDEX callback_due ON callback (next_attempt_at) WHERE state = 'pending';
