-- Limits of whole teams, plans with a monthly quota, prices of tools, and what owners are told.
-- Until now each limit belonged to one bot and all money came from one wallet.

-- NULL: the budget counts for the whole team.
ALTER TABLE budget ALTER COLUMN bot_id DROP NOT NULL;

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

INSERT INTO team_plan (team_id, plan, next_plan, anchor_at)
SELECT team_id, 'free', 'free', created_at
FROM team;

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

-- Who pays for a hold: the wallet, the plan's period, or the owner with his own key.
ALTER TABLE hold ADD COLUMN funding text NOT NULL DEFAULT 'wallet';
ALTER TABLE hold ADD COLUMN period_starts_at timestamptz;          -- NULL unless in mode plan_quota
ALTER TABLE hold ADD COLUMN plan_tokens bigint NOT NULL DEFAULT 0; -- set aside of the plan
UPDATE hold SET funding = 'own_key' WHERE billing_mode = 'byok';
ALTER TABLE hold ALTER COLUMN funding DROP DEFAULT;
ALTER TABLE hold ADD CONSTRAINT hold_funding_is_known CHECK (funding IN ('wallet', 'plan', 'own_key'));
ALTER TABLE hold DROP CONSTRAINT hold_mode_is_known;
ALTER TABLE hold ADD CONSTRAINT hold_mode_is_known CHECK (billing_mode IN ('wallet', 'byok', 'plan_quota'));

ALTER TABLE ledger_transaction ADD COLUMN tool_name text; -- NULL for what is not a tool call
ALTER TABLE ledger_transaction DROP CONSTRAINT ledger_transaction_kind_is_known;
ALTER TABLE ledger_transaction ADD CONSTRAINT ledger_transaction_kind_is_known CHECK (
  kind IN ('free_credit', 'deposit', 'charge', 'leak', 'refund', 'dispute', 'dispute_won', 'plan_fee'));
ALTER TABLE ledger_entry DROP CONSTRAINT ledger_entry_account_is_known;
ALTER TABLE ledger_entry ADD CONSTRAINT ledger_entry_account_is_known CHECK (
  account IN ('wallet', 'revenue', 'house', 'cash', 'promotion', 'byok_usage', 'byok_memo',
    'plan_usage', 'plan_memo'));

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
