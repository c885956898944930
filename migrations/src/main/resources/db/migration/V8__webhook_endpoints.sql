-- Telling owners: where their programs want to hear of events, and what came of each delivery. Until
-- now events were only written down.

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
