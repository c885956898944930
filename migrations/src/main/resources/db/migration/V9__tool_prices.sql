-- Tools may have a price, fixed or by argument. Until now all tools were free.

-- Reference table: versioned price lists of tools. A rule with a value replaces the base price where
-- the argument equals it; a rule without one adds its price for each unit of the argument.
CREATE TABLE tool_price (
  price_id       text        PRIMARY KEY,
  tool_name      text        NOT NULL,
  base_nanos     bigint      NOT NULL,
  rule_arguments text[]      NOT NULL DEFAULT '{}',
  rule_values    text[]      NOT NULL DEFAULT '{}',  -- an element is NULL for a price per unit
  rule_nanos     bigint[]    NOT NULL DEFAULT '{}',
  effective_from timestamptz NOT NULL,
  CONSTRAINT tool_price_has_one_version_at_a_time UNIQUE (tool_name, effective_from),
  CONSTRAINT tool_price_is_not_negative CHECK (base_nanos >= 0 AND 0 <= ALL (rule_nanos)),
  CONSTRAINT tool_price_rules_are_whole CHECK (
    cardinality(rule_arguments) = cardinality(rule_values)
    AND cardinality(rule_arguments) = cardinality(rule_nanos))
);
