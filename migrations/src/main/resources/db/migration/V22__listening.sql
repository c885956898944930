-- Connections that this program keeps open to a platform, and messages that no model can read.

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

ALTER TABLE turn ADD COLUMN notice text;  -- NULL for what a model answers: what the end user is told without one
