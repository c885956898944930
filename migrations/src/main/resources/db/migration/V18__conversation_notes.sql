-- A bot may note what a person told it, and find it again in later conversations.

-- Bounded in number by what writes them. Erased with the person.
CREATE TABLE conversation_note (
  team_id     uuid        NOT NULL,
  bot_id      uuid        NOT NULL,
  end_user_id text        NOT NULL,
  note_id     uuid        NOT NULL,  -- computed from the call that made it: a repeat meets its own
  text        text        NOT NULL,
  created_at  timestamptz NOT NULL,
  PRIMARY KEY (team_id, bot_id, end_user_id, note_id),
  CONSTRAINT conversation_note_of_a_bot FOREIGN KEY (team_id, bot_id) REFERENCES bot (team_id, bot_id),
  CONSTRAINT conversation_note_is_short CHECK (length(text) BETWEEN 1 AND 500)
);
