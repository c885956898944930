-- Replies go out to platforms. Until now the outbox only knew answers that somebody fetched.

ALTER TABLE turn ADD COLUMN reply_to text;  -- NULL where the channel is address enough: what the platform needs besides

ALTER TABLE outbox ADD COLUMN parts_sent integer NOT NULL DEFAULT 0;      -- a long reply goes out in parts
ALTER TABLE outbox ADD COLUMN attempts integer NOT NULL DEFAULT 0;        -- at the part that is next
ALTER TABLE outbox ADD COLUMN fence bigint NOT NULL DEFAULT 0;            -- grows with every claim
ALTER TABLE outbox ADD COLUMN lease_until timestamptz NOT NULL DEFAULT '-infinity';
ALTER TABLE outbox ADD COLUMN next_attempt_at timestamptz NOT NULL DEFAULT '-infinity';
ALTER TABLE outbox ADD COLUMN platform_message_ids text[] NOT NULL DEFAULT '{}';  -- as the platform names the parts
ALTER TABLE outbox ADD COLUMN platform_status text;  -- NULL where the platform tells nothing: delivered, read
ALTER TABLE outbox ADD COLUMN error text;            -- NULL unless an attempt failed: for the owner to read
ALTER TABLE outbox ADD COLUMN is_doubtful boolean NOT NULL DEFAULT false;  -- one of its parts may have arrived or not

ALTER TABLE outbox DROP CONSTRAINT outbox_state_is_known;
ALTER TABLE outbox ADD CONSTRAINT outbox_state_is_known CHECK (
  state IN ('pending', 'sending', 'sent', 'unknown', 'failed'));

CREATE INDEX outbox_due ON outbox (next_attempt_at)
  WHERE state IN ('pending', 'sending') AND platform IN ('telegram', 'discord', 'slack', 'whatsapp');

CREATE INDEX outbox_by_conversation ON outbox (team_id, conversation_id, seq);
