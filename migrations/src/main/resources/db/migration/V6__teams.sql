-- Teams of several people, and the record of who changed what. Until now a team was one person,
-- and nobody could tell who had raised a cap.

-- Reference table: a person knows only himself. Leads to his teams besides the personal one, which
-- app_user names; whether he is a member, and as what, stands in team_member.
CREATE TABLE user_team (
  user_id uuid NOT NULL,
  team_id uuid NOT NULL,
  PRIMARY KEY (user_id, team_id)
);

-- Reference table: who registers knows only his e-mail. Taken away once he has joined.
CREATE TABLE invitation (
  email         text        NOT NULL,
  team_id       uuid        NOT NULL,
  invitation_id uuid        NOT NULL,
  role          text        NOT NULL,
  invited_by    uuid        NOT NULL,
  created_at    timestamptz NOT NULL,
  PRIMARY KEY (email, team_id),
  CONSTRAINT invitation_of_a_team FOREIGN KEY (team_id) REFERENCES team (team_id),
  CONSTRAINT invitation_role_is_known CHECK (role IN ('owner', 'billing', 'editor', 'viewer')),
  CONSTRAINT invitation_email_is_lower_case CHECK (email = lower(email))
);

CREATE INDEX invitation_by_team ON invitation (team_id, invitation_id);

-- Who changed what, written in the commit of the change. Append-only. Values never hold a secret:
-- where one was replaced, its fingerprint stands for it.
CREATE TABLE audit_entry (
  team_id   uuid        NOT NULL,
  audit_id  uuid        NOT NULL,  -- grows with time
  at        timestamptz NOT NULL,
  user_id   uuid,                  -- NULL where no person asked: the program did it by itself
  key_id    uuid,                  -- NULL unless he asked with an API key
  action    text        NOT NULL,
  subject   text        NOT NULL,  -- the written id of what was changed
  old_value jsonb,                 -- NULL where there was nothing before
  new_value jsonb,                 -- NULL where nothing is left
  PRIMARY KEY (team_id, audit_id),
  CONSTRAINT audit_entry_of_a_team FOREIGN KEY (team_id) REFERENCES team (team_id),
  CONSTRAINT audit_entry_key_is_a_persons CHECK (key_id IS NULL OR user_id IS NOT NULL)
);

CREATE INDEX audit_entry_by_action ON audit_entry (team_id, action, audit_id);

CREATE INDEX audit_entry_by_user ON audit_entry (team_id, user_id, audit_id);

CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the audit log is append-only: % on % is refused', TG_OP, TG_TABLE_NAME
    USING ERRCODE = 'integrity_constraint_violation';
END
$$;

CREATE TRIGGER audit_entry_is_append_only
  BEFORE UPDATE OR DELETE ON audit_entry
  FOR EACH ROW EXECUTE FUNCTION audit_is_append_only();

CREATE TRIGGER audit_entry_is_not_truncated
  BEFORE TRUNCATE ON audit_entry
  FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only();
