-- What was said to a bot before it was made active, or while it was paused, is not answered when its
-- messages are read afterwards.

ALTER TABLE bot ADD COLUMN active_since timestamptz;  -- NULL while it is not active, or not known: since when it is

UPDATE bot
SET active_since = updated_at
WHERE status = 'active' AND deleted_at IS NULL;
