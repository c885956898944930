-- The life of a message. The conversation row is the head of its queue: the turns with status queued
-- wait behind it in the order of seq.

CREATE TABLE conversation (
  team_id         uuid        NOT NULL,
  conversation_id uuid        NOT NULL,
  bot_id          uuid        NOT NULL,
  platform        text        NOT NULL,
  channel_id      text        NOT NULL,
  end_user_id     text        NOT NULL,
  end_user_name   text,                 -- NULL where the platform told none
  started_at      timestamptz NOT NULL,
  last_message_at timestamptz NOT NULL,
  ended_at        timestamptz,          -- NULL while it is the current one of its end user
  pending         integer     NOT NULL DEFAULT 0,  -- turns that wait or run
  next_seq        bigint      NOT NULL DEFAULT 1,
  fence           bigint      NOT NULL DEFAULT 0,  -- grows with every claim
  owner           uuid,                 -- the node that claimed it; NULL before the first claim
  attempts        integer     NOT NULL DEFAULT 0,  -- claims since the last finished turn
  ready_at        timestamptz NOT NULL,
  lease_until     timestamptz NOT NULL DEFAULT '-infinity',
  PRIMARY KEY (team_id, conversation_id),
  CONSTRAINT conversation_of_a_bot FOREIGN KEY (team_id, bot_id) REFERENCES bot (team_id, bot_id),
  CONSTRAINT conversation_pending_is_not_negative CHECK (pending >= 0)
);

CREATE UNIQUE INDEX conversation_is_one_at_a_time
  ON conversation (team_id, bot_id, platform, channel_id, end_user_id)
  WHERE ended_at IS NULL;

CREATE INDEX conversation_ready ON conversation (ready_at) WHERE pending > 0;

CREATE INDEX conversation_by_bot ON conversation (team_id, bot_id, conversation_id);

-- turn_id is computed from bot, platform and platform event, so a message that is delivered twice
-- meets its own key.
CREATE TABLE turn (
  team_id         uuid        NOT NULL,
  turn_id         uuid        NOT NULL,
  bot_id          uuid        NOT NULL,
  conversation_id uuid        NOT NULL,
  seq             bigint      NOT NULL,
  platform        text        NOT NULL,
  event_id        text        NOT NULL,
  event_day       date        NOT NULL,  -- of acceptance, in the bot's time zone
  status          text        NOT NULL,
  stop_reason     text,                  -- NULL until it ends
  refusal         jsonb,                 -- NULL unless money or a limit ended it
  problem         text,                  -- NULL unless something went wrong: for the owner to read
  accepted_at     timestamptz NOT NULL,
  finished_at     timestamptz,           -- NULL until it ends
  latency_millis  bigint,                -- NULL until it ends
  PRIMARY KEY (team_id, turn_id),
  CONSTRAINT turn_of_a_conversation
    FOREIGN KEY (team_id, conversation_id) REFERENCES conversation (team_id, conversation_id),
  CONSTRAINT turn_has_its_place UNIQUE (team_id, conversation_id, seq),
  CONSTRAINT turn_status_is_known CHECK (status IN ('queued', 'done', 'failed', 'parked')),
  CONSTRAINT turn_ends_for_a_reason CHECK ((status = 'queued') = (stop_reason IS NULL))
);

CREATE INDEX turn_by_bot ON turn (team_id, bot_id, accepted_at, turn_id);

CREATE INDEX turn_by_day ON turn (team_id, bot_id, event_day);

CREATE TABLE message (
  team_id         uuid        NOT NULL,
  message_id      uuid        NOT NULL,
  bot_id          uuid        NOT NULL,
  conversation_id uuid        NOT NULL,
  turn_id         uuid        NOT NULL,
  seq             bigint      NOT NULL,  -- of its turn
  direction       text        NOT NULL,
  text            text        NOT NULL,
  created_at      timestamptz NOT NULL,
  PRIMARY KEY (team_id, message_id),
  CONSTRAINT message_has_its_place UNIQUE (team_id, conversation_id, seq, direction),
  CONSTRAINT message_of_a_turn FOREIGN KEY (team_id, turn_id) REFERENCES turn (team_id, turn_id),
  CONSTRAINT message_direction_is_known CHECK (direction IN ('in', 'out'))
);

-- A step has a row before it starts and its result before the next begins.
CREATE TABLE step (
  team_id             uuid        NOT NULL,
  turn_id             uuid        NOT NULL,
  n                   integer     NOT NULL,
  kind                text        NOT NULL,
  purpose             text        NOT NULL,
  state               text        NOT NULL,
  attempt             integer     NOT NULL,
  llm_provider        text,                 -- NULL for tools
  llm_model           text,                 -- NULL for tools
  tool_name           text,                 -- NULL for models
  tool_call_id        text,                 -- NULL for models
  tool_arguments      text,                 -- NULL for models
  output              jsonb,                -- NULL until done: text and tool calls, or the tool's result
  input_parts         jsonb,                -- NULL for tools: tokens by part of the context
  hold_id             uuid,                 -- NULL where nothing is held
  held_nanos          bigint      NOT NULL DEFAULT 0,
  cost_nanos          bigint      NOT NULL DEFAULT 0,
  billed_nanos        bigint      NOT NULL DEFAULT 0,
  tokens_input        bigint      NOT NULL DEFAULT 0,
  tokens_output       bigint      NOT NULL DEFAULT 0,
  tokens_cache_read   bigint      NOT NULL DEFAULT 0,
  tokens_cache_write  bigint      NOT NULL DEFAULT 0,
  provider_request_id text,                 -- NULL where the provider gave none
  raw_usage           text,                 -- NULL where the provider gave none
  flags               text[]      NOT NULL DEFAULT '{}',
  started_at          timestamptz NOT NULL,
  latency_millis      bigint,               -- NULL until it ends
  PRIMARY KEY (team_id, turn_id, n),
  CONSTRAINT step_of_a_turn FOREIGN KEY (team_id, turn_id) REFERENCES turn (team_id, turn_id),
  CONSTRAINT step_kind_is_known CHECK (kind IN ('model', 'tool')),
  CONSTRAINT step_state_is_known CHECK (state IN ('started', 'done', 'failed', 'unknown')),
  CONSTRAINT step_done_has_an_output CHECK (state <> 'done' OR output IS NOT NULL)
);

-- Replies on their way. A synchronous answer is pending until the waiting request took it.
CREATE TABLE outbox (
  team_id         uuid        NOT NULL,
  turn_id         uuid        NOT NULL,
  bot_id          uuid        NOT NULL,
  conversation_id uuid        NOT NULL,
  seq             bigint      NOT NULL,
  platform        text        NOT NULL,
  state           text        NOT NULL,
  created_at      timestamptz NOT NULL,
  sent_at         timestamptz,           -- NULL until sent
  PRIMARY KEY (team_id, turn_id),
  CONSTRAINT outbox_of_a_turn FOREIGN KEY (team_id, turn_id) REFERENCES turn (team_id, turn_id),
  CONSTRAINT outbox_state_is_known CHECK (state IN ('pending', 'sending', 'sent', 'unknown'))
);

CREATE INDEX outbox_pending ON outbox (created_at) WHERE state = 'pending';
