-- Owners see replies that did not arrive, and a part is sent at most twice.

ALTER TABLE outbox ADD COLUMN failed_at timestamptz;   -- NULL unless it is failed or unknown: since when
ALTER TABLE outbox ADD COLUMN repeated_part integer;   -- NULL unless a sender died: the part that was sent once more

UPDATE outbox
SET failed_at = created_at
WHERE state IN ('failed', 'unknown');

CREATE INDEX outbox_failed ON outbox (team_id, bot_id, failed_at) WHERE failed_at IS NOT NULL;
