-- The whole schema: the sum of all migrations. A test compares the two.

-- Who may do what: teams, people, their keys. Every table that belongs to a team is keyed by
-- team_id first, so that all of a team's rows can live on one shard. The few that cannot be
-- (a sign-in knows only an e-mail, a webhook only a bot id) are small reference tables; each says so.

CREATE TABLE team (
  team_id    uuid        PRIMARY KEY,
  name       text        NOT NULL,
  created_at timestamptz NOT NULL
);

-- Reference table: a sign-in knows only the e-mail.
CREATE TABLE app_user (
  user_id       uuid        PRIMARY KEY,
  email         text        NOT NULL,  -- lower case
  password_hash text        NOT NULL,  -- Argon2id in PHC text form
  team_id       uuid        NOT NULL,  -- the personal team
  created_at    timestamptz NOT NULL,
  is_operator   boolean     NOT NULL DEFAULT false,  -- made by the first start
  CONSTRAINT app_user_email_is_taken_once UNIQUE (email),
  CONSTRAINT app_user_email_is_lower_case CHECK (email = lower(email))
);

CREATE UNIQUE INDEX app_user_operator_is_one ON app_user (is_operator) WHERE is_operator;

CREATE TABLE team_member (
  team_id    uuid        NOT NULL,
  user_id    uuid        NOT NULL,
  role       text        NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (team_id, user_id),
  CONSTRAINT team_member_of_a_team FOREIGN KEY (team_id) REFERENCES team (team_id),
  CONSTRAINT team_member_role_is_known CHECK (role IN ('owner', 'billing', 'editor', 'viewer'))
);

CREATE TABLE api_key (
  team_id      uuid        NOT NULL,
  key_id       uuid        NOT NULL,
  user_id      uuid        NOT NULL,
  name         text        NOT NULL,
  secret_hash  bytea       NOT NULL,  -- SHA-256 of the secret part: 32 random bytes need no salt
  hint         text        NOT NULL,  -- the last four characters, to tell keys apart
  created_at   timestamptz NOT NULL,
  last_used_at timestamptz,           -- NULL until the first use
  PRIMARY KEY (team_id, key_id),
  CONSTRAINT api_key_of_a_team FOREIGN KEY (team_id) REFERENCES team (team_id)
);

-- Reference table: a refresh knows only the token. Each refresh replaces the token by the next of
-- its family; a token seen twice ends the whole family, because one of the two was stolen.
CREATE TABLE refresh_token (
  token_hash  bytea       PRIMARY KEY,  -- SHA-256
  family_id   uuid        NOT NULL,
  user_id     uuid        NOT NULL,
  expires_at  timestamptz NOT NULL,
  replaced_at timestamptz               -- NULL while it is the family's newest
);

CREATE INDEX refresh_token_by_family ON refresh_token (family_id);

CREATE TABLE workspace (
  team_id      uuid        NOT NULL,
  workspace_id uuid        NOT NULL,
  name         text        NOT NULL,
  created_at   timestamptz NOT NULL,
  is_default   boolean     NOT NULL DEFAULT true,  -- the one that the team began with; it stays
  PRIMARY KEY (team_id, workspace_id),
  CONSTRAINT workspace_of_a_team FOREIGN KEY (team_id) REFERENCES team (team_id)
);

CREATE UNIQUE INDEX workspace_default_is_one ON workspace (team_id) WHERE is_default;

-- Reference table: a known text under the master key, one row. If it does not open, the key is wrong.
CREATE TABLE master_key_check (
  only_row boolean PRIMARY KEY DEFAULT true,
  sealed   bytea   NOT NULL,
  CONSTRAINT master_key_check_is_one_row CHECK (only_row)
);

-- The first answer to a request with an Idempotency-Key. Answers may hold a secret that is shown
-- once, hence sealed.
CREATE TABLE idempotent_answer (
  team_id       uuid        NOT NULL,
  key           text        NOT NULL,
  request_hash  bytea       NOT NULL,  -- SHA-256 of method, path and body
  status        integer     NOT NULL,
  sealed_answer bytea       NOT NULL,
  created_at    timestamptz NOT NULL,
  PRIMARY KEY (team_id, key)
);

-- Fixed one-minute windows, each beginning with its first event. Subject: what is limited.
CREATE TABLE rate (
  team_id        uuid        NOT NULL,
  subject        text        NOT NULL,
  window_ends_at timestamptz NOT NULL,
  used           integer     NOT NULL,
  PRIMARY KEY (team_id, subject),
  CONSTRAINT rate_used_is_positive CHECK (used > 0)
);

-- Reference table: the same for what has no team yet, such as sign-ins of an address or an account.
CREATE TABLE public_rate (
  subject        text        PRIMARY KEY,
  window_ends_at timestamptz NOT NULL,
  used           integer     NOT NULL,
  CONSTRAINT public_rate_used_is_positive CHECK (used > 0)
);

-- Reference table: the processes that are alive. One whose row has expired lost what it held.
CREATE TABLE node (
  node_id    uuid        PRIMARY KEY,
  started_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL
);

-- Money: prices, wallets, budgets, holds, the ledger and the daily figures. Amounts are
-- nano-dollars (10^-9 USD). The gate in Java decides; the constraints here hold it to its word.

-- Reference table: versioned prices in nano-dollars per million tokens.
CREATE TABLE price (
  price_id                      text        PRIMARY KEY,
  llm_provider                  text        NOT NULL,
  llm_model                     text        NOT NULL,
  name                          text        NOT NULL,
  input_nanos_per_million       bigint      NOT NULL,
  output_nanos_per_million      bigint      NOT NULL,
  cache_read_nanos_per_million  bigint      NOT NULL,
  cache_write_nanos_per_million bigint      NOT NULL,
  calls_tools                   boolean     NOT NULL,
  effective_from                timestamptz NOT NULL,
  is_retired                    boolean     NOT NULL DEFAULT false,  -- no price from here on
  is_operators                  boolean     NOT NULL DEFAULT false,  -- of the operator's own file
  cache_write_1h_nanos_per_million bigint,  -- NULL: as other cache writes
  CONSTRAINT price_has_one_version_at_a_time UNIQUE (llm_provider, llm_model, effective_from),
  CONSTRAINT price_is_not_negative CHECK (
    input_nanos_per_million >= 0 AND output_nanos_per_million >= 0
    AND cache_read_nanos_per_million >= 0 AND cache_write_nanos_per_million >= 0),
  CONSTRAINT price_of_cache_read_is_at_most_input CHECK (
    cache_read_nanos_per_million <= input_nanos_per_million),
  CONSTRAINT price_of_cache_write_1h_is_not_negative CHECK (cache_write_1h_nanos_per_million >= 0)
);

-- The live balance. ledger_seq and ledger_hash are the head of the team's hash chain; whoever
-- appends to the ledger holds this row's lock.
CREATE TABLE wallet (
  team_id         uuid   PRIMARY KEY,
  balance_nanos   bigint NOT NULL DEFAULT 0,
  held_nanos      bigint NOT NULL DEFAULT 0,
  deposited_nanos bigint NOT NULL DEFAULT 0,
  spent_nanos     bigint NOT NULL DEFAULT 0,
  ledger_seq      bigint NOT NULL DEFAULT 0,
  ledger_hash     bytea  NOT NULL DEFAULT '\x',
  CONSTRAINT wallet_of_a_team FOREIGN KEY (team_id) REFERENCES team (team_id),
  CONSTRAINT wallet_held_is_not_negative CHECK (held_nanos >= 0),
  CONSTRAINT wallet_covers_what_it_holds CHECK (balance_nanos - held_nanos >= 0)
) WITH (fillfactor = 50);

-- What an owner set for a bot. The rows of budget take their limit from here.
CREATE TABLE bot_limit (
  team_id     uuid   NOT NULL,
  bot_id      uuid   NOT NULL,
  kind        text   NOT NULL,
  limit_nanos bigint NOT NULL,
  PRIMARY KEY (team_id, bot_id, kind),
  CONSTRAINT bot_limit_kind_is_known CHECK (
    kind IN ('lifetime', 'day', 'week', 'month', 'message', 'end_user_day')),
  CONSTRAINT bot_limit_is_not_negative CHECK (limit_nanos >= 0)
);

-- One row for each thing that can run out: a bot's lifetime, day, week and month, a message, an end
-- user's day, a team's month. limit_nanos is what the owner set (NULL: no limit). ceiling_nanos is what the constraint
-- holds: the limit, or what was already committed when the limit was lowered below it.
CREATE TABLE budget (
  team_id       uuid        NOT NULL,
  budget_key    text        NOT NULL,
  bot_id        uuid,                 -- NULL: counts for the whole team
  kind          text        NOT NULL,
  resets_at     timestamptz,          -- NULL: never
  limit_nanos   bigint,               -- NULL: no limit
  ceiling_nanos bigint,               -- NULL: no limit
  spent_nanos   bigint      NOT NULL DEFAULT 0,
  held_nanos    bigint      NOT NULL DEFAULT 0,
  PRIMARY KEY (team_id, budget_key),
  CONSTRAINT budget_spent_is_not_negative CHECK (spent_nanos >= 0),
  CONSTRAINT budget_held_is_not_negative CHECK (held_nanos >= 0),
  CONSTRAINT budget_is_not_exceeded CHECK (spent_nanos + held_nanos <= ceiling_nanos)
) WITH (fillfactor = 50);

CREATE INDEX budget_by_bot ON budget (team_id, bot_id, kind);

-- What an owner set for his team. A team without a row has no limits and the default percents.
CREATE TABLE team_limit (
  team_id               uuid      PRIMARY KEY,
  monthly_limit_nanos   bigint,              -- NULL: no limit
  overage_ceiling_nanos bigint,              -- NULL: the wallet alone bounds overage
  alert_percents        integer[] NOT NULL DEFAULT '{50,80,100}',
  CONSTRAINT team_limit_of_a_team FOREIGN KEY (team_id) REFERENCES team (team_id),
  CONSTRAINT team_limit_is_not_negative CHECK (
    monthly_limit_nanos >= 0 AND overage_ceiling_nanos >= 0)
);

-- A team's plan. Periods begin at the anchor and then each month, counted from the anchor.
CREATE TABLE team_plan (
  team_id   uuid        PRIMARY KEY,
  plan      text        NOT NULL,
  next_plan text        NOT NULL,  -- what the next period begins with
  anchor_at timestamptz NOT NULL,
  CONSTRAINT team_plan_of_a_team FOREIGN KEY (team_id) REFERENCES team (team_id),
  CONSTRAINT team_plan_is_known CHECK (plan IN ('free', 'pro') AND next_plan IN ('free', 'pro'))
);

-- One period of a plan: what it grants, and how much of it is spent and held. Overage is what went
-- to the wallet once the grant was used up.
CREATE TABLE plan_period (
  team_id             uuid        NOT NULL,
  starts_at           timestamptz NOT NULL,
  ends_at             timestamptz NOT NULL,
  plan                text        NOT NULL,
  credits_nanos       bigint      NOT NULL,
  credits_spent_nanos bigint      NOT NULL DEFAULT 0,
  credits_held_nanos  bigint      NOT NULL DEFAULT 0,
  tokens_max          bigint      NOT NULL,
  tokens_spent        bigint      NOT NULL DEFAULT 0,
  tokens_held         bigint      NOT NULL DEFAULT 0,
  overage_spent_nanos bigint      NOT NULL DEFAULT 0,
  overage_held_nanos  bigint      NOT NULL DEFAULT 0,
  PRIMARY KEY (team_id, starts_at),
  CONSTRAINT plan_period_of_a_team FOREIGN KEY (team_id) REFERENCES team (team_id),
  CONSTRAINT plan_period_has_a_length CHECK (starts_at < ends_at),
  CONSTRAINT plan_period_spent_is_not_negative CHECK (
    credits_spent_nanos >= 0 AND tokens_spent >= 0 AND overage_spent_nanos >= 0),
  CONSTRAINT plan_period_held_is_not_negative CHECK (
    credits_held_nanos >= 0 AND tokens_held >= 0 AND overage_held_nanos >= 0),
  CONSTRAINT plan_period_credits_are_not_exceeded CHECK (
    credits_spent_nanos + credits_held_nanos <= credits_nanos),
  CONSTRAINT plan_period_tokens_are_not_exceeded CHECK (
    tokens_spent + tokens_held <= tokens_max)
);

-- Money set aside for one attempt of one step; resolved exactly once, by one conditional update.
CREATE TABLE hold (
  team_id           uuid        NOT NULL,
  hold_id           uuid        NOT NULL,
  bot_id            uuid        NOT NULL,
  turn_id           uuid        NOT NULL,
  step              integer     NOT NULL,
  attempt           integer     NOT NULL,
  billing_mode      text        NOT NULL,
  price_id          text        NOT NULL,
  input_tokens_max  bigint      NOT NULL,
  output_tokens_max bigint      NOT NULL,
  amount_nanos      bigint      NOT NULL,
  cost_nanos        bigint,               -- NULL unless settled
  state             text        NOT NULL,
  budget_keys       text[]      NOT NULL, -- the budgets that it counts in, sorted
  event_day         date        NOT NULL, -- in the bot's time zone
  created_at        timestamptz NOT NULL,
  resolved_at       timestamptz,          -- NULL while open
  funding           text        NOT NULL, -- who pays: the wallet, the plan's period, the owner with his own key
  period_starts_at  timestamptz,          -- NULL unless in mode plan_quota
  plan_tokens       bigint      NOT NULL DEFAULT 0, -- set aside of the plan
  CONSTRAINT hold_is_one_for_an_attempt PRIMARY KEY (team_id, turn_id, step, attempt),
  CONSTRAINT hold_amount_is_not_negative CHECK (amount_nanos >= 0),
  CONSTRAINT hold_mode_is_known CHECK (billing_mode IN ('wallet', 'byok', 'plan_quota')),
  CONSTRAINT hold_funding_is_known CHECK (funding IN ('wallet', 'plan', 'own_key')),
  CONSTRAINT hold_state_is_known CHECK (state IN ('open', 'settled', 'voided', 'expired')),
  CONSTRAINT hold_is_resolved_at_some_time CHECK ((state = 'open') = (resolved_at IS NULL)),
  CONSTRAINT hold_has_a_cost_once_settled CHECK ((state = 'settled') = (cost_nanos IS NOT NULL)),
  CONSTRAINT hold_covers_its_cost CHECK (cost_nanos BETWEEN 0 AND amount_nanos)
) WITH (fillfactor = 60);

-- No index has the state in it: a settlement stays within its page.
CREATE INDEX hold_by_time ON hold USING brin (created_at);

-- Append-only, hash-chained per team. txn_id is computed from source_key, which names the business
-- event, and makes it happen once. A charge
-- under byok bills nothing: its cost stands in memo accounts.
CREATE TABLE ledger_transaction (
  team_id             uuid        NOT NULL,
  seq                 bigint      NOT NULL,
  txn_id              uuid        NOT NULL,
  source_key          text        NOT NULL,
  kind                text        NOT NULL,
  at                  timestamptz NOT NULL,
  event_day           date,                 -- NULL for what belongs to no bot
  bot_id              uuid,                 -- NULL for what belongs to no bot
  turn_id             uuid,                 -- NULL for what belongs to no turn
  step                integer,              -- NULL for what belongs to no step
  hold_id             uuid,                 -- NULL for what was not held
  purpose             text,                 -- NULL for what is not a model call
  llm_provider        text,                 -- NULL for what is not a model call
  llm_model           text,                 -- NULL for what is not a model call
  price_id            text,                 -- NULL for what is not a model call
  provider_request_id text,                 -- NULL where the provider gave none
  tokens_input        bigint      NOT NULL DEFAULT 0,
  tokens_output       bigint      NOT NULL DEFAULT 0,
  tokens_cache_read   bigint      NOT NULL DEFAULT 0,
  tokens_cache_write  bigint      NOT NULL DEFAULT 0,
  cost_nanos          bigint      NOT NULL DEFAULT 0,
  billed_nanos        bigint      NOT NULL DEFAULT 0,
  flags               text[]      NOT NULL DEFAULT '{}',
  previous_hash       bytea       NOT NULL,
  hash                bytea       NOT NULL,
  tool_name           text,                 -- NULL for what is not a tool call
  tokens_cache_write_1h bigint    NOT NULL DEFAULT 0,  -- of tokens_cache_write, those kept an hour
  PRIMARY KEY (team_id, seq),
  CONSTRAINT ledger_transaction_happens_once UNIQUE (team_id, txn_id),
  CONSTRAINT ledger_transaction_kind_is_known CHECK (
    kind IN ('free_credit', 'deposit', 'charge', 'leak', 'refund', 'dispute', 'dispute_won', 'plan_fee')),
  CONSTRAINT ledger_transaction_cost_is_not_negative CHECK (cost_nanos >= 0 AND billed_nanos >= 0),
  CONSTRAINT ledger_transaction_cache_write_1h_is_a_part CHECK (
    tokens_cache_write_1h BETWEEN 0 AND tokens_cache_write)
);

CREATE INDEX ledger_transaction_by_bot ON ledger_transaction (team_id, bot_id, seq);

CREATE TABLE ledger_entry (
  team_id             uuid     NOT NULL,
  seq                 bigint   NOT NULL,
  line                smallint NOT NULL,
  account             text     NOT NULL,
  amount_nanos        bigint   NOT NULL,
  balance_after_nanos bigint,            -- of the wallet; NULL for other accounts
  PRIMARY KEY (team_id, seq, line),
  CONSTRAINT ledger_entry_account_is_known CHECK (
    account IN ('wallet', 'revenue', 'house', 'cash', 'promotion', 'byok_usage', 'byok_memo',
      'plan_usage', 'plan_memo'))
);

CREATE FUNCTION ledger_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the ledger is append-only: % on % is refused', TG_OP, TG_TABLE_NAME
    USING ERRCODE = 'integrity_constraint_violation';
END
$$;

CREATE TRIGGER ledger_transaction_is_append_only
  BEFORE UPDATE OR DELETE ON ledger_transaction
  FOR EACH ROW EXECUTE FUNCTION ledger_is_append_only();

CREATE TRIGGER ledger_transaction_is_not_truncated
  BEFORE TRUNCATE ON ledger_transaction
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_append_only();

CREATE TRIGGER ledger_entry_is_append_only
  BEFORE UPDATE OR DELETE ON ledger_entry
  FOR EACH ROW EXECUTE FUNCTION ledger_is_append_only();

CREATE TRIGGER ledger_entry_is_not_truncated
  BEFORE TRUNCATE ON ledger_entry
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_append_only();

CREATE TABLE daily_rollup (
  team_id            uuid   NOT NULL,
  bot_id             uuid   NOT NULL,
  event_day          date   NOT NULL,
  messages_received  bigint NOT NULL DEFAULT 0,
  messages_sent      bigint NOT NULL DEFAULT 0,
  errors             bigint NOT NULL DEFAULT 0,
  tokens_input       bigint NOT NULL DEFAULT 0,
  tokens_output      bigint NOT NULL DEFAULT 0,
  tokens_cache_read  bigint NOT NULL DEFAULT 0,
  tokens_cache_write bigint NOT NULL DEFAULT 0,
  cost_nanos         bigint NOT NULL DEFAULT 0,
  billed_nanos       bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (team_id, bot_id, event_day)
) WITH (fillfactor = 50);

CREATE TABLE daily_user (
  team_id     uuid NOT NULL,
  bot_id      uuid NOT NULL,
  event_day   date NOT NULL,
  end_user_id text NOT NULL,
  PRIMARY KEY (team_id, bot_id, event_day, end_user_id)
);

CREATE TABLE payment (
  team_id                 uuid        NOT NULL,
  payment_id              uuid        NOT NULL,
  amount_nanos            bigint      NOT NULL,
  status                  text        NOT NULL,
  created_at              timestamptz NOT NULL,
  paid_at                 timestamptz,          -- NULL until paid
  purpose                 text        NOT NULL DEFAULT 'deposit',
  provider                text        NOT NULL DEFAULT 'sandbox',
  checkout_url            text,                 -- NULL until the provider has told it
  customer_id             text,                 -- the provider's; NULL if none was known at the start
  card_id                 text,                 -- the provider's; NULL unless a saved card is charged
  intent_id               text,                 -- the provider's; NULL until told
  paid_nanos              bigint,               -- what was really paid; NULL: what was asked
  refund_told_nanos       bigint      NOT NULL DEFAULT 0,
  refunded_nanos          bigint      NOT NULL DEFAULT 0,
  refund_uncovered_nanos  bigint      NOT NULL DEFAULT 0,
  disputed_nanos          bigint      NOT NULL DEFAULT 0,
  dispute_uncovered_nanos bigint      NOT NULL DEFAULT 0,
  reversals               integer     NOT NULL DEFAULT 0,
  PRIMARY KEY (team_id, payment_id),
  CONSTRAINT payment_of_a_team FOREIGN KEY (team_id) REFERENCES team (team_id),
  CONSTRAINT payment_amount_is_positive CHECK (amount_nanos > 0),
  CONSTRAINT payment_status_is_known CHECK (
    status IN ('open', 'paid', 'failed', 'expired', 'refused')),
  CONSTRAINT payment_is_paid_at_some_time CHECK ((status = 'paid') = (paid_at IS NOT NULL)),
  CONSTRAINT payment_purpose_is_known CHECK (purpose IN ('deposit', 'auto_reload')),
  CONSTRAINT payment_paid_is_positive CHECK (paid_nanos > 0),
  CONSTRAINT payment_reversals_need_a_payment CHECK (
    status = 'paid' OR (refunded_nanos = 0 AND disputed_nanos = 0)),
  CONSTRAINT payment_reversals_are_not_negative CHECK (
    refund_told_nanos >= 0 AND refund_uncovered_nanos >= 0 AND dispute_uncovered_nanos >= 0
    AND refunded_nanos >= refund_uncovered_nanos AND disputed_nanos >= dispute_uncovered_nanos)
);

CREATE UNIQUE INDEX payment_auto_reload_is_one_at_a_time ON payment (team_id)
  WHERE purpose = 'auto_reload' AND status = 'open';

CREATE INDEX payment_auto_reload ON payment (team_id, created_at) WHERE purpose = 'auto_reload';

-- Bots. What an owner set is one document, as PATCH merges it; what is money stands in bot_limit,
-- what is secret in bot_secret.

CREATE TABLE bot (
  team_id    uuid        NOT NULL,
  bot_id     uuid        NOT NULL,
  slug       text        NOT NULL,
  platform   text        NOT NULL,
  status     text        NOT NULL,
  settings   jsonb       NOT NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  deleted_at timestamptz,          -- NULL while it exists; its ledger stays
  active_since timestamptz,        -- NULL while it is not active, or not known: since when it is
  PRIMARY KEY (team_id, bot_id),
  CONSTRAINT bot_of_a_team FOREIGN KEY (team_id) REFERENCES team (team_id),
  CONSTRAINT bot_slug_is_unique UNIQUE (team_id, slug),
  CONSTRAINT bot_status_is_known CHECK (status IN ('draft', 'active', 'paused')),
  CONSTRAINT bot_platform_is_known CHECK (
    platform IN ('telegram', 'discord', 'slack', 'whatsapp', 'custom'))
);

-- Reference table: a webhook knows only the bot's id.
CREATE TABLE bot_address (
  bot_id  uuid PRIMARY KEY,
  team_id uuid NOT NULL
);

CREATE TABLE bot_secret (
  team_id     uuid  NOT NULL,
  bot_id      uuid  NOT NULL,
  name        text  NOT NULL,
  sealed      bytea NOT NULL,  -- AES-256-GCM, bound to team, bot and name
  fingerprint text  NOT NULL,  -- tells secrets apart without showing them
  PRIMARY KEY (team_id, bot_id, name),
  CONSTRAINT bot_secret_of_a_bot FOREIGN KEY (team_id, bot_id) REFERENCES bot (team_id, bot_id)
);

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

CREATE INDEX conversation_by_end_user ON conversation (team_id, bot_id, end_user_id);

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
  parked_at       timestamptz,           -- NULL until parked for the first time
  resumed_at      timestamptz,           -- NULL unless it went on after it was parked
  parked_times    integer     NOT NULL DEFAULT 0,
  parked_need     jsonb,                 -- NULL unless parked: what its next step asks for
  approved_step   integer     NOT NULL DEFAULT 0,      -- the owner approved of this step
  is_given_up     boolean     NOT NULL DEFAULT false,  -- the owner wants it to end
  merged_into     uuid,                  -- NULL unless a later turn answers its message
  supplied        jsonb,                 -- NULL unless the caller gave the conversation: what the turn sees of it
  callback_url    text,                  -- NULL unless the answer is to be posted there
  reply_to        text,                  -- NULL where the channel is address enough: what the platform needs besides
  notice          text,                  -- NULL for what a model answers: what the end user is told without one
  approved_nanos  bigint      NOT NULL DEFAULT 0,  -- the owner approved of this much for approved_step
  PRIMARY KEY (team_id, turn_id),
  CONSTRAINT turn_of_a_conversation
    FOREIGN KEY (team_id, conversation_id) REFERENCES conversation (team_id, conversation_id),
  CONSTRAINT turn_has_its_place UNIQUE (team_id, conversation_id, seq),
  CONSTRAINT turn_status_is_known CHECK (status IN ('queued', 'done', 'failed', 'parked')),
  CONSTRAINT turn_ends_for_a_reason CHECK ((status = 'queued') = (stop_reason IS NULL)),
  CONSTRAINT turn_parked_since CHECK (status <> 'parked' OR parked_at IS NOT NULL),
  CONSTRAINT turn_merged_is_done CHECK (merged_into IS NULL OR status = 'done')
);

CREATE INDEX turn_by_bot ON turn (team_id, bot_id, accepted_at, turn_id);

CREATE INDEX turn_by_day ON turn (team_id, bot_id, event_day);

CREATE INDEX turn_parked ON turn (team_id, bot_id, accepted_at, seq) WHERE status = 'parked';

CREATE INDEX turn_waiting ON turn (team_id, conversation_id, seq) WHERE status IN ('queued', 'parked');

CREATE INDEX turn_under_way ON turn (team_id, bot_id, resumed_at)
  WHERE status = 'queued' AND resumed_at IS NOT NULL;

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
  model_reason        text,                 -- NULL for tools: why this model
  tokens_cache_write_1h bigint    NOT NULL DEFAULT 0,  -- of tokens_cache_write, those kept an hour
  PRIMARY KEY (team_id, turn_id, n),
  CONSTRAINT step_of_a_turn FOREIGN KEY (team_id, turn_id) REFERENCES turn (team_id, turn_id),
  CONSTRAINT step_kind_is_known CHECK (kind IN ('model', 'tool')),
  CONSTRAINT step_state_is_known CHECK (state IN ('started', 'done', 'failed', 'unknown')),
  CONSTRAINT step_done_has_an_output CHECK (state <> 'done' OR output IS NOT NULL),
  CONSTRAINT step_cache_write_1h_is_a_part CHECK (
    tokens_cache_write_1h BETWEEN 0 AND tokens_cache_write)
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
  parts_sent      integer     NOT NULL DEFAULT 0,  -- a long reply goes out in parts
  attempts        integer     NOT NULL DEFAULT 0,  -- at the part that is next
  fence           bigint      NOT NULL DEFAULT 0,  -- grows with every claim
  lease_until     timestamptz NOT NULL DEFAULT '-infinity',
  next_attempt_at timestamptz NOT NULL DEFAULT '-infinity',
  platform_message_ids text[] NOT NULL DEFAULT '{}',  -- as the platform names the parts
  platform_status text,                  -- NULL where the platform tells nothing: delivered, read
  error           text,                  -- NULL unless an attempt failed: for the owner to read
  is_doubtful     boolean     NOT NULL DEFAULT false,  -- one of its parts may have arrived or not
  failed_at       timestamptz,           -- NULL unless it is failed or unknown: since when
  repeated_part   integer,               -- NULL unless a sender died: the part that was sent once more
  PRIMARY KEY (team_id, turn_id),
  CONSTRAINT outbox_of_a_turn FOREIGN KEY (team_id, turn_id) REFERENCES turn (team_id, turn_id),
  CONSTRAINT outbox_state_is_known CHECK (
    state IN ('pending', 'sending', 'sent', 'unknown', 'failed'))
);

CREATE INDEX outbox_pending ON outbox (created_at) WHERE state = 'pending';

CREATE INDEX outbox_due ON outbox (next_attempt_at)
  WHERE state IN ('pending', 'sending') AND platform IN ('telegram', 'discord', 'slack', 'whatsapp');

CREATE INDEX outbox_by_conversation ON outbox (team_id, conversation_id, seq);

CREATE INDEX outbox_failed ON outbox (team_id, bot_id, failed_at) WHERE failed_at IS NOT NULL;

-- What owners are told. Written in the commit that it speaks of; source_key makes it happen once.
CREATE TABLE event (
  team_id    uuid        NOT NULL,
  event_id   uuid        NOT NULL,
  source_key text        NOT NULL,
  type       text        NOT NULL,
  data       jsonb       NOT NULL,
  created_at timestamptz NOT NULL,
  relayed_at timestamptz,          -- NULL until every way of telling it has a row of its own
  PRIMARY KEY (team_id, event_id),
  CONSTRAINT event_of_a_team FOREIGN KEY (team_id) REFERENCES team (team_id),
  CONSTRAINT event_happens_once UNIQUE (team_id, source_key)
);

CREATE INDEX event_waiting ON event (created_at) WHERE relayed_at IS NULL;

-- Reference table: versioned price lists of tools. A rule with a value replaces the base price where
-- the argument equals it; a rule without one adds its price for each unit of the argument.
CREATE TABLE tool_price (
  price_id       text        PRIMARY KEY,
  tool_name      text        NOT NULL,
  base_nanos     bigint      NOT NULL,
  rule_arguments text[]      NOT NULL DEFAULT '{}',
  rule_values    text[]      NOT NULL DEFAULT '{}',  -- an element is NULL for a price per unit
  rule_nanos     bigint[]    NOT NULL DEFAULT '{}',
  effective_from timestamptz NOT NULL,
  CONSTRAINT tool_price_has_one_version_at_a_time UNIQUE (tool_name, effective_from),
  CONSTRAINT tool_price_is_not_negative CHECK (base_nanos >= 0 AND 0 <= ALL (rule_nanos)),
  CONSTRAINT tool_price_rules_are_whole CHECK (
    cardinality(rule_arguments) = cardinality(rule_values)
    AND cardinality(rule_arguments) = cardinality(rule_nanos))
);

-- Reference table: a person knows only himself. Leads to his teams besides the personal one, which
-- app_user names; whether he is a member, and as what, stands in team_member.
CREATE TABLE user_team (
  user_id uuid NOT NULL,
  team_id uuid NOT NULL,
  PRIMARY KEY (user_id, team_id)
);

-- Reference table: who registers knows only his e-mail. Taken away once he has joined.
CREATE TABLE invitation (
  email         text        NOT NULL,
  team_id       uuid        NOT NULL,
  invitation_id uuid        NOT NULL,
  role          text        NOT NULL,
  invited_by    uuid        NOT NULL,
  created_at    timestamptz NOT NULL,
  PRIMARY KEY (email, team_id),
  CONSTRAINT invitation_of_a_team FOREIGN KEY (team_id) REFERENCES team (team_id),
  CONSTRAINT invitation_role_is_known CHECK (role IN ('owner', 'billing', 'editor', 'viewer')),
  CONSTRAINT invitation_email_is_lower_case CHECK (email = lower(email))
);

CREATE INDEX invitation_by_team ON invitation (team_id, invitation_id);

-- Who changed what, written in the commit of the change. Append-only. Values never hold a secret:
-- where one was replaced, its fingerprint stands for it.
CREATE TABLE audit_entry (
  team_id   uuid        NOT NULL,
  audit_id  uuid        NOT NULL,  -- grows with time
  at        timestamptz NOT NULL,
  user_id   uuid,                  -- NULL where no person asked: the program did it by itself
  key_id    uuid,                  -- NULL unless he asked with an API key
  action    text        NOT NULL,
  subject   text        NOT NULL,  -- the written id of what was changed
  old_value jsonb,                 -- NULL where there was nothing before
  new_value jsonb,                 -- NULL where nothing is left
  PRIMARY KEY (team_id, audit_id),
  CONSTRAINT audit_entry_of_a_team FOREIGN KEY (team_id) REFERENCES team (team_id),
  CONSTRAINT audit_entry_key_is_a_persons CHECK (key_id IS NULL OR user_id IS NOT NULL)
);

CREATE INDEX audit_entry_by_action ON audit_entry (team_id, action, audit_id);

CREATE INDEX audit_entry_by_user ON audit_entry (team_id, user_id, audit_id);

CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the audit log is append-only: % on % is refused', TG_OP, TG_TABLE_NAME
    USING ERRCODE = 'integrity_constraint_violation';
END
$$;

CREATE TRIGGER audit_entry_is_append_only
  BEFORE UPDATE OR DELETE ON audit_entry
  FOR EACH ROW EXECUTE FUNCTION audit_is_append_only();

CREATE TRIGGER audit_entry_is_not_truncated
  BEFORE TRUNCATE ON audit_entry
  FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only();

-- Reference table: news of a refund or a dispute knows only the provider's id of the payment.
CREATE TABLE payment_address (
  intent_id  text PRIMARY KEY,
  team_id    uuid NOT NULL,
  payment_id uuid NOT NULL
);

-- What the provider told of each refund and dispute. A state only ever moves on: noticed, taken,
-- returned; so that news may come in any order.
CREATE TABLE payment_reversal (
  team_id      uuid     NOT NULL,
  payment_id   uuid     NOT NULL,
  reversal_id  text     NOT NULL,  -- the provider's
  kind         text     NOT NULL,
  state        smallint NOT NULL,  -- 0 noticed: no money moved; 1 taken from us; 2 returned to us
  amount_nanos bigint   NOT NULL,
  PRIMARY KEY (team_id, payment_id, reversal_id),
  CONSTRAINT payment_reversal_of_a_payment
    FOREIGN KEY (team_id, payment_id) REFERENCES payment (team_id, payment_id),
  CONSTRAINT payment_reversal_kind_is_known CHECK (kind IN ('refund', 'dispute')),
  CONSTRAINT payment_reversal_state_is_known CHECK (state BETWEEN 0 AND 2),
  CONSTRAINT payment_reversal_amount_is_positive CHECK (amount_nanos > 0)
);

-- The card that a team's auto-reload charges. The provider keeps the card; this is its name there.
CREATE TABLE saved_card (
  team_id     uuid        PRIMARY KEY,
  provider    text        NOT NULL,
  customer_id text        NOT NULL,
  card_id     text,                  -- NULL while only the customer is known
  saved_at    timestamptz NOT NULL,
  CONSTRAINT saved_card_of_a_team FOREIGN KEY (team_id) REFERENCES team (team_id)
);

-- Reloading by itself: what the owner set, and the one payment that may be under way. This row's
-- lock is what makes it one at a time, and the monthly ceiling exact.
CREATE TABLE auto_reload (
  team_id               uuid        PRIMARY KEY,
  enabled               boolean     NOT NULL,
  threshold_nanos       bigint,               -- NULL until set
  amount_nanos          bigint,               -- NULL until set
  monthly_ceiling_nanos bigint,               -- NULL until set
  failures              integer     NOT NULL DEFAULT 0, -- in a row
  not_before            timestamptz NOT NULL, -- none begins before this
  payment_id            uuid,                 -- NULL unless one is under way
  look_at               timestamptz,          -- when its outcome is asked for; NULL unless under way
  CONSTRAINT auto_reload_of_a_team FOREIGN KEY (team_id) REFERENCES team (team_id),
  CONSTRAINT auto_reload_is_looked_at CHECK ((payment_id IS NULL) = (look_at IS NULL)),
  CONSTRAINT auto_reload_knows_what_to_do CHECK (
    NOT enabled OR (threshold_nanos IS NOT NULL AND amount_nanos IS NOT NULL
      AND monthly_ceiling_nanos IS NOT NULL)),
  CONSTRAINT auto_reload_threshold_is_not_negative CHECK (threshold_nanos >= 0),
  CONSTRAINT auto_reload_amount_is_allowed CHECK (
    amount_nanos BETWEEN 5000000000 AND 500000000000),
  CONSTRAINT auto_reload_ceiling_allows_one CHECK (monthly_ceiling_nanos >= amount_nanos)
);

CREATE INDEX auto_reload_waiting ON auto_reload (not_before) WHERE enabled AND payment_id IS NULL;

CREATE INDEX auto_reload_under_way ON auto_reload (look_at) WHERE payment_id IS NOT NULL;

-- Reference table: timers belong to the installation. db-scheduler's table, with the columns that it
-- asks for; what is due is run by one process.
CREATE TABLE timer (
  task_name            text        NOT NULL,
  task_instance        text        NOT NULL,
  task_data            bytea,                 -- NULL: ours have none
  execution_time       timestamptz NOT NULL,
  picked               boolean     NOT NULL,
  picked_by            text,                  -- NULL unless a process runs it
  last_success         timestamptz,           -- NULL until one
  last_failure         timestamptz,           -- NULL until one
  consecutive_failures integer,               -- NULL until the first run
  last_heartbeat       timestamptz,           -- NULL unless a process runs it
  version              bigint      NOT NULL,
  priority             smallint,              -- NULL: all are equal
  PRIMARY KEY (task_name, task_instance)
);

CREATE INDEX timer_due ON timer (execution_time);

CREATE INDEX timer_heartbeat ON timer (last_heartbeat);

-- What the sweeps look for.
CREATE INDEX rate_by_end ON rate (window_ends_at);

CREATE INDEX public_rate_by_end ON public_rate (window_ends_at);

CREATE INDEX refresh_token_by_end ON refresh_token (expires_at);

CREATE INDEX idempotent_answer_by_age ON idempotent_answer (created_at);

CREATE TABLE webhook_endpoint (
  team_id         uuid        NOT NULL,
  endpoint_id     uuid        NOT NULL,
  url             text        NOT NULL,
  events          text[]      NOT NULL,  -- types, and prefixes that end in *
  sealed_secret   bytea       NOT NULL,  -- AES-256-GCM, bound to team and endpoint
  created_at      timestamptz NOT NULL,
  disabled_at     timestamptz,           -- NULL while it is enabled
  disabled_reason text,                  -- NULL while it is enabled
  delivered_at    timestamptz,           -- NULL until something got through
  PRIMARY KEY (team_id, endpoint_id),
  CONSTRAINT webhook_endpoint_of_a_team FOREIGN KEY (team_id) REFERENCES team (team_id),
  CONSTRAINT webhook_endpoint_is_disabled_for_a_reason CHECK (
    (disabled_at IS NULL) = (disabled_reason IS NULL))
);

-- One event on its way to one endpoint, or to the owners by e-mail. Each attempt is claimed: the fence
-- grows, and until the lease ends nobody else tries.
CREATE TABLE event_delivery (
  team_id         uuid        NOT NULL,
  delivery_id     uuid        NOT NULL,
  event_id        uuid        NOT NULL,
  endpoint_id     uuid,                  -- NULL: by e-mail
  state           text        NOT NULL DEFAULT 'pending',
  created_at      timestamptz NOT NULL,
  begun_at        timestamptz NOT NULL,  -- when its schedule began: at first, or at a retry by hand
  tries           integer     NOT NULL DEFAULT 0,  -- attempts since then
  attempts        integer     NOT NULL DEFAULT 0,  -- all attempts
  next_attempt_at timestamptz,           -- NULL once delivered or failed
  fence           bigint      NOT NULL DEFAULT 0,
  lease_until     timestamptz NOT NULL DEFAULT '-infinity',
  attempted_at    timestamptz,           -- NULL until the first attempt
  response_status integer,               -- NULL where nobody answered in HTTP
  error           text,                  -- NULL unless the last attempt failed: for the owner to read
  latency_millis  bigint,                -- NULL until an attempt has ended
  PRIMARY KEY (team_id, delivery_id),
  CONSTRAINT event_delivery_of_an_event
    FOREIGN KEY (team_id, event_id) REFERENCES event (team_id, event_id),
  CONSTRAINT event_delivery_to_an_endpoint
    FOREIGN KEY (team_id, endpoint_id) REFERENCES webhook_endpoint (team_id, endpoint_id),
  CONSTRAINT event_delivery_is_one_for_each_way
    UNIQUE NULLS NOT DISTINCT (team_id, event_id, endpoint_id),
  CONSTRAINT event_delivery_state_is_known CHECK (state IN ('pending', 'delivered', 'failed')),
  CONSTRAINT event_delivery_is_due_while_pending CHECK (
    (state = 'pending') = (next_attempt_at IS NOT NULL))
);

CREATE INDEX event_delivery_due ON event_delivery (next_attempt_at) WHERE state = 'pending';

CREATE INDEX event_delivery_by_endpoint ON event_delivery (team_id, endpoint_id, delivery_id);

CREATE INDEX event_by_time ON event (team_id, created_at, event_id);

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

-- What a tool call costs at a team that priced it. Each change is a new version; charges name theirs,
-- so none is ever changed or deleted, also when its tool is. A rule with a value replaces the base
-- price where the argument equals it; one without adds its price for each unit of the argument.
CREATE TABLE tool_price_version (
  team_id        uuid        NOT NULL,
  tool           text        NOT NULL,  -- its workspace's id and its name there, such as ws_…/weather
  version        integer     NOT NULL,
  price_id       text        NOT NULL,
  base_nanos     bigint      NOT NULL,
  rule_arguments text[]      NOT NULL,
  rule_values    text[]      NOT NULL,  -- an element is NULL for a price per unit
  rule_nanos     bigint[]    NOT NULL,
  created_at     timestamptz NOT NULL,
  PRIMARY KEY (team_id, tool, version),
  CONSTRAINT tool_price_version_of_a_team FOREIGN KEY (team_id) REFERENCES team (team_id),
  CONSTRAINT tool_price_version_has_one_id UNIQUE (team_id, price_id),
  CONSTRAINT tool_price_version_id_names_it CHECK (price_id = 'tool/' || tool || '@' || version),
  CONSTRAINT tool_price_version_is_not_negative CHECK (base_nanos >= 0 AND 0 <= ALL (rule_nanos)),
  CONSTRAINT tool_price_version_rules_are_whole CHECK (
    cardinality(rule_arguments) = cardinality(rule_values)
    AND cardinality(rule_arguments) = cardinality(rule_nanos))
);

CREATE FUNCTION tool_price_versions_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'charges point at versions of prices: % on % is refused', TG_OP, TG_TABLE_NAME
    USING ERRCODE = 'integrity_constraint_violation';
END
$$;

CREATE TRIGGER tool_price_version_stays
  BEFORE UPDATE OR DELETE ON tool_price_version
  FOR EACH ROW EXECUTE FUNCTION tool_price_versions_stay();

CREATE TRIGGER tool_price_version_is_not_truncated
  BEFORE TRUNCATE ON tool_price_version
  FOR EACH STATEMENT EXECUTE FUNCTION tool_price_versions_stay();

-- Tools that are one HTTP request.
CREATE TABLE http_tool (
  team_id        uuid        NOT NULL,
  tool_id        uuid        NOT NULL,
  workspace_id   uuid        NOT NULL,
  name           text        NOT NULL,
  description    text        NOT NULL,
  method         text        NOT NULL,
  url            text        NOT NULL,  -- a template: {name} stands for an argument
  parameters     text        NOT NULL,  -- a JSON Schema; text, since models read it as it was written
  headers        jsonb       NOT NULL,  -- by name: the value, sealed for team, tool and name; its fingerprint
  price_id       text,                  -- NULL: free
  timeout_millis integer     NOT NULL,
  enabled        boolean     NOT NULL,
  created_at     timestamptz NOT NULL,
  updated_at     timestamptz NOT NULL,
  PRIMARY KEY (team_id, tool_id),
  CONSTRAINT http_tool_of_a_workspace
    FOREIGN KEY (team_id, workspace_id) REFERENCES workspace (team_id, workspace_id),
  CONSTRAINT http_tool_has_a_known_price
    FOREIGN KEY (team_id, price_id) REFERENCES tool_price_version (team_id, price_id),
  CONSTRAINT http_tool_name_is_taken_once UNIQUE (team_id, workspace_id, name),
  CONSTRAINT http_tool_method_is_known CHECK (method IN ('GET', 'POST', 'PUT', 'PATCH', 'DELETE')),
  CONSTRAINT http_tool_timeout_is_bounded CHECK (timeout_millis BETWEEN 100 AND 60000)
);

-- Servers of tools that speak the Model Context Protocol.
CREATE TABLE mcp_server (
  team_id      uuid        NOT NULL,
  server_id    uuid        NOT NULL,
  workspace_id uuid        NOT NULL,
  name         text        NOT NULL,
  url          text        NOT NULL,
  headers      jsonb       NOT NULL,  -- as those of http_tool
  created_at   timestamptz NOT NULL,
  updated_at   timestamptz NOT NULL,
  PRIMARY KEY (team_id, server_id),
  CONSTRAINT mcp_server_of_a_workspace
    FOREIGN KEY (team_id, workspace_id) REFERENCES workspace (team_id, workspace_id),
  CONSTRAINT mcp_server_name_is_taken_once UNIQUE (team_id, workspace_id, name)
);

-- What an owner set for a tool of a server. A tool without a row is on, free, and has the default
-- timeout.
CREATE TABLE mcp_tool (
  team_id        uuid    NOT NULL,
  server_id      uuid    NOT NULL,
  name           text    NOT NULL,  -- the server's
  price_id       text,              -- NULL: free
  timeout_millis integer NOT NULL,
  enabled        boolean NOT NULL,
  PRIMARY KEY (team_id, server_id, name),
  CONSTRAINT mcp_tool_of_a_server
    FOREIGN KEY (team_id, server_id) REFERENCES mcp_server (team_id, server_id),
  CONSTRAINT mcp_tool_has_a_known_price
    FOREIGN KEY (team_id, price_id) REFERENCES tool_price_version (team_id, price_id),
  CONSTRAINT mcp_tool_timeout_is_bounded CHECK (timeout_millis BETWEEN 100 AND 60000)
);

-- Connections that this program keeps open to a platform.
CREATE TABLE platform_slot (
  team_id   uuid        NOT NULL,
  bot_id    uuid        NOT NULL,
  owner     uuid,                  -- the node that listens; NULL, or a node that is gone: free
  fence     bigint      NOT NULL,  -- grows with every owner
  since     timestamptz NOT NULL,  -- when its owner took it
  read_upto text,                  -- NULL before the first message: the platform's cursor
  problem   text,                  -- NULL while the connection is well: for the bot's owner to read
  PRIMARY KEY (team_id, bot_id),
  CONSTRAINT platform_slot_of_a_bot FOREIGN KEY (team_id, bot_id) REFERENCES bot (team_id, bot_id)
);
