-- Owners set up tools in workspaces, and price them. Until now a workspace was a name, and each team
-- had the one that it began with.

-- The workspace that a team began with: bots that name none use it, so it stays. True by default,
-- because an older version of the program makes no others.
ALTER TABLE workspace ADD COLUMN is_default boolean NOT NULL DEFAULT true;

CREATE UNIQUE INDEX workspace_default_is_one ON workspace (team_id) WHERE is_default;

-- What a tool call costs at a team that priced it. Each change is a new version; charges name theirs,
-- so none is ever changed or deleted, also when its tool is. A rule with a value replaces the base
-- price where the argument equals it; one without adds its price for each unit of the argument.
CREATE TABLE tool_price_version (
  team_id        uuid        NOT NULL,
  tool           text        NOT NULL,  -- its workspace's id and its name there, such as ws_…/weather
  version        integer     NOT NULL,
  price_id       text        NOT NULL,
  base_nanos     bigint      NOT NULL,
  rule_arguments text[]      NOT NULL,
  rule_values    text[]      NOT NULL,  -- an element is NULL for a price per unit
  rule_nanos     bigint[]    NOT NULL,
  created_at     timestamptz NOT NULL,
  PRIMARY KEY (team_id, tool, version),
  CONSTRAINT tool_price_version_of_a_team FOREIGN KEY (team_id) REFERENCES team (team_id),
  CONSTRAINT tool_price_version_has_one_id UNIQUE (team_id, price_id),
  CONSTRAINT tool_price_version_id_names_it CHECK (price_id = 'tool/' || tool || '@' || version),
  CONSTRAINT tool_price_version_is_not_negative CHECK (base_nanos >= 0 AND 0 <= ALL (rule_nanos)),
  CONSTRAINT tool_price_version_rules_are_whole CHECK (
    cardinality(rule_arguments) = cardinality(rule_values)
    AND cardinality(rule_arguments) = cardinality(rule_nanos))
);

CREATE FUNCTION tool_price_versions_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'charges point at versions of prices: % on % is refused', TG_OP, TG_TABLE_NAME
    USING ERRCODE = 'integrity_constraint_violation';
END
$$;

CREATE TRIGGER tool_price_version_stays
  BEFORE UPDATE OR DELETE ON tool_price_version
  FOR EACH ROW EXECUTE FUNCTION tool_price_versions_stay();

CREATE TRIGGER tool_price_version_is_not_truncated
  BEFORE TRUNCATE ON tool_price_version
  FOR EACH STATEMENT EXECUTE FUNCTION tool_price_versions_stay();

-- Tools that are one HTTP request.
CREATE TABLE http_tool (
  team_id        uuid        NOT NULL,
  tool_id        uuid        NOT NULL,
  workspace_id   uuid        NOT NULL,
  name           text        NOT NULL,
  description    text        NOT NULL,
  method         text        NOT NULL,
  url            text        NOT NULL,  -- a template: {name} stands for an argument
  parameters     text        NOT NULL,  -- a JSON Schema; text, since models read it as it was written
  headers        jsonb       NOT NULL,  -- by name: the value, sealed for team, tool and name; its fingerprint
  price_id       text,                  -- NULL: free
  timeout_millis integer     NOT NULL,
  enabled        boolean     NOT NULL,
  created_at     timestamptz NOT NULL,
  updated_at     timestamptz NOT NULL,
  PRIMARY KEY (team_id, tool_id),
  CONSTRAINT http_tool_of_a_workspace
    FOREIGN KEY (team_id, workspace_id) REFERENCES workspace (team_id, workspace_id),
  CONSTRAINT http_tool_has_a_known_price
    FOREIGN KEY (team_id, price_id) REFERENCES tool_price_version (team_id, price_id),
  CONSTRAINT http_tool_name_is_taken_once UNIQUE (team_id, workspace_id, name),
  CONSTRAINT http_tool_method_is_known CHECK (method IN ('GET', 'POST', 'PUT', 'PATCH', 'DELETE')),
  CONSTRAINT http_tool_timeout_is_bounded CHECK (timeout_millis BETWEEN 100 AND 60000)
);

-- Servers of tools that speak the Model Context Protocol.
CREATE TABLE mcp_server (
  team_id      uuid        NOT NULL,
  server_id    uuid        NOT NULL,
  workspace_id uuid        NOT NULL,
  name         text        NOT NULL,
  url          text        NOT NULL,
  headers      jsonb       NOT NULL,  -- as those of http_tool
  created_at   timestamptz NOT NULL,
  updated_at   timestamptz NOT NULL,
  PRIMARY KEY (team_id, server_id),
  CONSTRAINT mcp_server_of_a_workspace
    FOREIGN KEY (team_id, workspace_id) REFERENCES workspace (team_id, workspace_id),
  CONSTRAINT mcp_server_name_is_taken_once UNIQUE (team_id, workspace_id, name)
);

-- What an owner set for a tool of a server. A tool without a row is on, free, and has the default
-- timeout.
CREATE TABLE mcp_tool (
  team_id        uuid    NOT NULL,
  server_id      uuid    NOT NULL,
  name           text    NOT NULL,  -- the server's
  price_id       text,              -- NULL: free
  timeout_millis integer NOT NULL,
  enabled        boolean NOT NULL,
  PRIMARY KEY (team_id, server_id, name),
  CONSTRAINT mcp_tool_of_a_server
    FOREIGN KEY (team_id, server_id) REFERENCES mcp_server (team_id, server_id),
  CONSTRAINT mcp_tool_has_a_known_price
    FOREIGN KEY (team_id, price_id) REFERENCES tool_price_version (team_id, price_id),
  CONSTRAINT mcp_tool_timeout_is_bounded CHECK (timeout_millis BETWEEN 100 AND 60000)
);
