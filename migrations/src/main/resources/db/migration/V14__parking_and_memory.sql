-- A turn that money or an approval stopped can wait and go on; messages can be answered together;
-- what is too old for the context is summarised; steps may go to a lighter model.

ALTER TABLE turn ADD COLUMN parked_at timestamptz;      -- NULL until parked for the first time
ALTER TABLE turn ADD COLUMN resumed_at timestamptz;     -- NULL unless it went on after it was parked
ALTER TABLE turn ADD COLUMN parked_times integer NOT NULL DEFAULT 0;
ALTER TABLE turn ADD COLUMN parked_need jsonb;          -- NULL unless parked: what its next step asks for
ALTER TABLE turn ADD COLUMN approved_step integer NOT NULL DEFAULT 0;  -- the owner approved steps up to this one
ALTER TABLE turn ADD COLUMN is_given_up boolean NOT NULL DEFAULT false;  -- the owner wants it to end
ALTER TABLE turn ADD COLUMN merged_into uuid;           -- NULL unless a later turn answers its message

ALTER TABLE turn ADD CONSTRAINT turn_parked_since CHECK (status <> 'parked' OR parked_at IS NOT NULL);
ALTER TABLE turn ADD CONSTRAINT turn_merged_is_done CHECK (merged_into IS NULL OR status = 'done');

CREATE INDEX turn_parked ON turn (team_id, bot_id, accepted_at, seq) WHERE status = 'parked';

ALTER TABLE step ADD COLUMN model_reason text;          -- NULL for tools: why this model

-- What was said before the messages that a model still sees word by word.
CREATE TABLE conversation_summary (
  team_id         uuid        NOT NULL,
  conversation_id uuid        NOT NULL,
  up_to_seq       bigint      NOT NULL,  -- the last turn that is in it
  text            text        NOT NULL,
  updated_at      timestamptz NOT NULL,
  PRIMARY KEY (team_id, conversation_id),
  CONSTRAINT conversation_summary_of_a_conversation
    FOREIGN KEY (team_id, conversation_id) REFERENCES conversation (team_id, conversation_id)
);
