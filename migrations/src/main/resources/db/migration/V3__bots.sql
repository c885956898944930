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
