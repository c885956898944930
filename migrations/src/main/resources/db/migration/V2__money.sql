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
  CONSTRAINT price_has_one_version_at_a_time UNIQUE (llm_provider, llm_model, effective_from),
  CONSTRAINT price_is_not_negative CHECK (
    input_nanos_per_million >= 0 AND output_nanos_per_million >= 0
    AND cache_read_nanos_per_million >= 0 AND cache_write_nanos_per_million >= 0),
  CONSTRAINT price_of_cache_read_is_at_most_input CHECK (
    cache_read_nanos_per_million <= input_nanos_per_million)
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
);

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
-- user's day. limit_nanos is what the owner set (NULL: no limit). ceiling_nanos is what the constraint
-- holds: the limit, or what was already committed when the limit was lowered below it.
CREATE TABLE budget (
  team_id       uuid        NOT NULL,
  budget_key    text        NOT NULL,
  bot_id        uuid        NOT NULL,
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
);

CREATE INDEX budget_by_bot ON budget (team_id, bot_id, kind);

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
  PRIMARY KEY (team_id, hold_id),
  CONSTRAINT hold_is_one_for_an_attempt UNIQUE (team_id, turn_id, step, attempt),
  CONSTRAINT hold_amount_is_not_negative CHECK (amount_nanos >= 0),
  CONSTRAINT hold_mode_is_known CHECK (billing_mode IN ('wallet', 'byok')),
  CONSTRAINT hold_state_is_known CHECK (state IN ('open', 'settled', 'voided', 'expired')),
  CONSTRAINT hold_is_resolved_at_some_time CHECK ((state = 'open') = (resolved_at IS NULL)),
  CONSTRAINT hold_has_a_cost_once_settled CHECK ((state = 'settled') = (cost_nanos IS NOT NULL)),
  CONSTRAINT hold_covers_its_cost CHECK (cost_nanos BETWEEN 0 AND amount_nanos)
);

CREATE INDEX hold_open ON hold (team_id, created_at) WHERE state = 'open';

-- Append-only, hash-chained per team. source_key makes each business event happen once. A charge
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
  PRIMARY KEY (team_id, seq),
  CONSTRAINT ledger_transaction_id_is_unique UNIQUE (team_id, txn_id),
  CONSTRAINT ledger_transaction_happens_once UNIQUE (team_id, source_key),
  CONSTRAINT ledger_transaction_kind_is_known CHECK (kind IN ('free_credit', 'deposit', 'charge', 'leak')),
  CONSTRAINT ledger_transaction_cost_is_not_negative CHECK (cost_nanos >= 0 AND billed_nanos >= 0)
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
  CONSTRAINT ledger_entry_of_a_transaction
    FOREIGN KEY (team_id, seq) REFERENCES ledger_transaction (team_id, seq),
  CONSTRAINT ledger_entry_account_is_known CHECK (
    account IN ('wallet', 'revenue', 'house', 'cash', 'promotion', 'byok_usage', 'byok_memo'))
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
);

CREATE TABLE daily_user (
  team_id     uuid NOT NULL,
  bot_id      uuid NOT NULL,
  event_day   date NOT NULL,
  end_user_id text NOT NULL,
  PRIMARY KEY (team_id, bot_id, event_day, end_user_id)
);

CREATE TABLE payment (
  team_id      uuid        NOT NULL,
  payment_id   uuid        NOT NULL,
  amount_nanos bigint      NOT NULL,
  status       text        NOT NULL,
  created_at   timestamptz NOT NULL,
  paid_at      timestamptz,          -- NULL until paid
  PRIMARY KEY (team_id, payment_id),
  CONSTRAINT payment_of_a_team FOREIGN KEY (team_id) REFERENCES team (team_id),
  CONSTRAINT payment_amount_is_positive CHECK (amount_nanos > 0),
  CONSTRAINT payment_status_is_known CHECK (status IN ('open', 'paid')),
  CONSTRAINT payment_is_paid_at_some_time CHECK ((status = 'paid') = (paid_at IS NOT NULL))
);
