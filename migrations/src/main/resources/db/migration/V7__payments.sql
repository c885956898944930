-- Real money in, and back out: what a provider of payments told about each payment, the cards that
-- it saved, reloading by itself, and timers. Until now all payments were the sandbox's, and paid or
-- not was all there was to know. A payment row of an older version reads as the sandbox's deposit.

ALTER TABLE payment ADD COLUMN purpose text NOT NULL DEFAULT 'deposit';
ALTER TABLE payment ADD COLUMN provider text NOT NULL DEFAULT 'sandbox';
ALTER TABLE payment ADD COLUMN checkout_url text; -- NULL until the provider has told it
ALTER TABLE payment ADD COLUMN customer_id text;  -- the provider's; NULL if none was known at the start
ALTER TABLE payment ADD COLUMN card_id text;      -- the provider's; NULL unless a saved card is charged
ALTER TABLE payment ADD COLUMN intent_id text;    -- the provider's; NULL until told
ALTER TABLE payment ADD COLUMN paid_nanos bigint; -- what was really paid; NULL: what was asked
ALTER TABLE payment ADD COLUMN refund_told_nanos bigint NOT NULL DEFAULT 0;
ALTER TABLE payment ADD COLUMN refunded_nanos bigint NOT NULL DEFAULT 0;
ALTER TABLE payment ADD COLUMN refund_uncovered_nanos bigint NOT NULL DEFAULT 0;
ALTER TABLE payment ADD COLUMN disputed_nanos bigint NOT NULL DEFAULT 0;
ALTER TABLE payment ADD COLUMN dispute_uncovered_nanos bigint NOT NULL DEFAULT 0;
ALTER TABLE payment ADD COLUMN reversals integer NOT NULL DEFAULT 0;
ALTER TABLE payment DROP CONSTRAINT payment_status_is_known;
ALTER TABLE payment ADD CONSTRAINT payment_status_is_known CHECK (
  status IN ('open', 'paid', 'failed', 'expired', 'refused'));
ALTER TABLE payment ADD CONSTRAINT payment_purpose_is_known CHECK (purpose IN ('deposit', 'auto_reload'));
ALTER TABLE payment ADD CONSTRAINT payment_paid_is_positive CHECK (paid_nanos > 0);
ALTER TABLE payment ADD CONSTRAINT payment_reversals_need_a_payment CHECK (
  status = 'paid' OR (refunded_nanos = 0 AND disputed_nanos = 0));
ALTER TABLE payment ADD CONSTRAINT payment_reversals_are_not_negative CHECK (
  refund_told_nanos >= 0 AND refund_uncovered_nanos >= 0 AND dispute_uncovered_nanos >= 0
  AND refunded_nanos >= refund_uncovered_nanos AND disputed_nanos >= dispute_uncovered_nanos);

CREATE UNIQUE INDEX payment_auto_reload_is_one_at_a_time ON payment (team_id)
  WHERE purpose = 'auto_reload' AND status = 'open';

CREATE INDEX payment_auto_reload ON payment (team_id, created_at) WHERE purpose = 'auto_reload';

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
