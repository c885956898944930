-- Who may do what: teams, people, their keys. Every table that belongs to a team is keyed by
-- team_id first, so that all of a team's rows can live on one shard. The few that cannot be
-- (a sign-in knows only an e-mail, a webhook only a bot id) are small reference tables; each says so.

CREATE TABLE team (
  team_id    uuid        PRIMARY KEY,
  name       text        NOT NULL,
  created_at timestamptz NOT NULL
);

-- Reference table: a sign-in knows only the e-mail.
CREATE TABLE app_user (
  user_id       uuid        PRIMARY KEY,
  email         text        NOT NULL,  -- lower case
  password_hash text        NOT NULL,  -- Argon2id in PHC text form
  team_id       uuid        NOT NULL,  -- the personal team
  created_at    timestamptz NOT NULL,
  CONSTRAINT app_user_email_is_taken_once UNIQUE (email),
  CONSTRAINT app_user_email_is_lower_case CHECK (email = lower(email))
);

CREATE TABLE team_member (
  team_id    uuid        NOT NULL,
  user_id    uuid        NOT NULL,
  role       text        NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (team_id, user_id),
  CONSTRAINT team_member_of_a_team FOREIGN KEY (team_id) REFERENCES team (team_id),
  CONSTRAINT team_member_role_is_known CHECK (role IN ('owner', 'billing', 'editor', 'viewer'))
);

CREATE TABLE api_key (
  team_id      uuid        NOT NULL,
  key_id       uuid        NOT NULL,
  user_id      uuid        NOT NULL,
  name         text        NOT NULL,
  secret_hash  bytea       NOT NULL,  -- SHA-256 of the secret part: 32 random bytes need no salt
  hint         text        NOT NULL,  -- the last four characters, to tell keys apart
  created_at   timestamptz NOT NULL,
  last_used_at timestamptz,           -- NULL until the first use
  PRIMARY KEY (team_id, key_id),
  CONSTRAINT api_key_of_a_team FOREIGN KEY (team_id) REFERENCES team (team_id)
);

-- Reference table: a refresh knows only the token. Each refresh replaces the token by the next of
-- its family; a token seen twice ends the whole family, because one of the two was stolen.
CREATE TABLE refresh_token (
  token_hash  bytea       PRIMARY KEY,  -- SHA-256
  family_id   uuid        NOT NULL,
  user_id     uuid        NOT NULL,
  expires_at  timestamptz NOT NULL,
  replaced_at timestamptz               -- NULL while it is the family's newest
);

CREATE INDEX refresh_token_by_family ON refresh_token (family_id);

CREATE TABLE workspace (
  team_id      uuid        NOT NULL,
  workspace_id uuid        NOT NULL,
  name         text        NOT NULL,
  created_at   timestamptz NOT NULL,
  PRIMARY KEY (team_id, workspace_id),
  CONSTRAINT workspace_of_a_team FOREIGN KEY (team_id) REFERENCES team (team_id)
);

-- Reference table: a known text under the master key, one row. If it does not open, the key is wrong.
CREATE TABLE master_key_check (
  only_row boolean PRIMARY KEY DEFAULT true,
  sealed   bytea   NOT NULL,
  CONSTRAINT master_key_check_is_one_row CHECK (only_row)
);

-- The first answer to a request with an Idempotency-Key. Answers may hold a secret that is shown
-- once, hence sealed.
CREATE TABLE idempotent_answer (
  team_id       uuid        NOT NULL,
  key           text        NOT NULL,
  request_hash  bytea       NOT NULL,  -- SHA-256 of method, path and body
  status        integer     NOT NULL,
  sealed_answer bytea       NOT NULL,
  created_at    timestamptz NOT NULL,
  PRIMARY KEY (team_id, key)
);

-- Fixed one-minute windows, each beginning with its first event. Subject: what is limited.
CREATE TABLE rate (
  team_id        uuid        NOT NULL,
  subject        text        NOT NULL,
  window_ends_at timestamptz NOT NULL,
  used           integer     NOT NULL,
  PRIMARY KEY (team_id, subject),
  CONSTRAINT rate_used_is_positive CHECK (used > 0)
);

-- Reference table: the same for what has no team yet, such as sign-ins of an address or an account.
CREATE TABLE public_rate (
  subject        text        PRIMARY KEY,
  window_ends_at timestamptz NOT NULL,
  used           integer     NOT NULL,
  CONSTRAINT public_rate_used_is_positive CHECK (used > 0)
);

-- Reference table: the processes that are alive. One whose row has expired lost what it held.
CREATE TABLE node (
  node_id    uuid        PRIMARY KEY,
  started_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL
);
