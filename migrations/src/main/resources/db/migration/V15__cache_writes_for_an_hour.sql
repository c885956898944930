-- Anthropic keeps what is written to its cache for five minutes or for an hour, at different
-- prices. One bucket could not tell them apart, and would have priced one of them wrongly. The
-- columns of tokens go on telling both in one figure, for those who add them up; the new ones say
-- how many of them were for the hour.

ALTER TABLE price ADD COLUMN cache_write_1h_nanos_per_million bigint
  CONSTRAINT price_of_cache_write_1h_is_not_negative CHECK (cache_write_1h_nanos_per_million >= 0);

-- The versions that came with the program, as its price file states them from now on. No call was
-- ever charged at them: the provider could not be called yet.
UPDATE price
SET cache_write_1h_nanos_per_million = 2 * input_nanos_per_million
WHERE price_id IN (
    'anthropic/claude-opus-4-6@2026-01-01',
    'anthropic/claude-sonnet-4-6@2026-01-01',
    'anthropic/claude-haiku-4-5@2026-01-01')
  AND NOT is_operators;

ALTER TABLE ledger_transaction ADD COLUMN tokens_cache_write_1h bigint NOT NULL DEFAULT 0
  CONSTRAINT ledger_transaction_cache_write_1h_is_a_part CHECK (
    tokens_cache_write_1h BETWEEN 0 AND tokens_cache_write);

ALTER TABLE step ADD COLUMN tokens_cache_write_1h bigint NOT NULL DEFAULT 0
  CONSTRAINT step_cache_write_1h_is_a_part CHECK (
    tokens_cache_write_1h BETWEEN 0 AND tokens_cache_write);
