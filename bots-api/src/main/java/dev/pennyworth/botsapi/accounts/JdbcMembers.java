package dev.pennyworth.botsapi.accounts;

import dev.pennyworth.billing.TeamId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/// Who is in which team, as what.
public final class JdbcMembers {

  /// A member, or somebody who is invited.
  ///
  /// @param id of the user or of the invitation: both are time-ordered, so that lists page by it
  record Listed(UUID id, EmailAddress email, Role role, boolean isInvited, Instant createdAt) {}

  /// A team that somebody is a member of.
  ///
  /// @param personal whether it was made for him
  public record Membership(TeamId id, String name, String role, boolean personal) {}

  /// A member.
  record Member(UserId user, EmailAddress email, Role role, Instant createdAt) {}

  /// Whoever changes who is in a team waits here for the others, or two owners could both leave.
  /// Joins the caller's transaction.
  void lockTeam(Handle tx, TeamId team) {
    tx.createQuery(
            """
            SELECT 1
            FROM team
            WHERE team_id = :team
            FOR NO KEY UPDATE
            """)
        .bind("team", team.uuid())
        .mapTo(Integer.class)
        .one();
  }

  Optional<Member> find(Handle handle, TeamId team, UserId user) {
    return handle
        .createQuery(
            """
            SELECT m.user_id, u.email, m.role, m.created_at
            FROM team_member m
            JOIN app_user u ON u.user_id = m.user_id
            WHERE m.team_id = :team AND m.user_id = :user
            """)
        .bind("team", team.uuid())
        .bind("user", user.uuid())
        .map((row, _) -> read(row))
        .findOne();
  }

  /// Whose account an address is; empty if nobody's.
  Optional<UserId> userOf(Handle handle, EmailAddress email) {
    return handle
        .createQuery(
            """
            SELECT user_id
            FROM app_user
            WHERE email = :email
            """)
        .bind("email", email.text())
        .mapTo(UUID.class)
        .findOne()
        .map(UserId::new);
  }

  /// How many owners the team has.
  int owners(Handle handle, TeamId team) {
    return handle
        .createQuery(
            """
            SELECT count(*)
            FROM team_member
            WHERE team_id = :team AND role = 'owner'
            """)
        .bind("team", team.uuid())
        .mapTo(Integer.class)
        .one();
  }

  /// How many are in the team or invited to it.
  int count(Handle handle, TeamId team) {
    return handle
        .createQuery(
            """
            SELECT
              (SELECT count(*) FROM team_member WHERE team_id = :team)
              + (SELECT count(*) FROM invitation WHERE team_id = :team)
            """)
        .bind("team", team.uuid())
        .mapTo(Integer.class)
        .one();
  }

  /// The team's members and those who are invited.
  ///
  /// @param after the row that the page begins after
  List<Listed> list(Handle handle, TeamId team, Optional<UUID> after, int rows) {
    return handle
        .createQuery(
            """
            SELECT m.user_id AS id, u.email, m.role, false AS is_invited, m.created_at
            FROM team_member m
            JOIN app_user u ON u.user_id = m.user_id
            WHERE m.team_id = :team AND (:after::uuid IS NULL OR m.user_id > :after)
            UNION ALL
            SELECT i.invitation_id, i.email, i.role, true, i.created_at
            FROM invitation i
            WHERE i.team_id = :team AND (:after::uuid IS NULL OR i.invitation_id > :after)
            ORDER BY id
            LIMIT :rows
            """)
        .bind("team", team.uuid())
        .bindByType("after", after.orElse(null), UUID.class)
        .bind("rows", rows)
        .map((row, _) ->
            new Listed(
                row.getObject("id", UUID.class),
                new EmailAddress(row.getString("email")),
                Role.ofWord(row.getString("role")),
                row.getBoolean("is_invited"),
                row.getTimestamp("created_at").toInstant()))
        .list();
  }

  /// The teams of a person, the oldest first.
  ///
  /// @param only this one, if he is in it
  List<Membership> teamsOf(
      Handle handle, UserId user, Optional<TeamId> only, Optional<TeamId> after, int rows) {
    return handle
        .createQuery(
            """
            SELECT t.team_id, t.name, m.role, mine.personal
            FROM (
              SELECT team_id, true AS personal
              FROM app_user
              WHERE user_id = :user
              UNION
              SELECT ut.team_id, false
              FROM user_team ut
              JOIN app_user u ON u.user_id = ut.user_id AND u.team_id <> ut.team_id
              WHERE ut.user_id = :user
            ) mine
            JOIN team_member m ON m.team_id = mine.team_id AND m.user_id = :user
            JOIN team t ON t.team_id = mine.team_id
            WHERE (:only::uuid IS NULL OR t.team_id = :only)
              AND (:after::uuid IS NULL OR t.team_id > :after)
            ORDER BY t.team_id
            LIMIT :rows
            """)
        .bind("user", user.uuid())
        .bindByType("only", only.map(TeamId::uuid).orElse(null), UUID.class)
        .bindByType("after", after.map(TeamId::uuid).orElse(null), UUID.class)
        .bind("rows", rows)
        .map((row, _) ->
            new Membership(
                new TeamId(row.getObject("team_id", UUID.class)),
                row.getString("name"),
                row.getString("role"),
                row.getBoolean("personal")))
        .list();
  }

  /// Adds a member, unless he is one. Joins the caller's transaction.
  boolean insert(Handle tx, TeamId team, UserId user, Role role, Instant now) {
    tx.createUpdate(
            """
            INSERT INTO user_team (user_id, team_id)
            VALUES (:user, :team)
            ON CONFLICT (user_id, team_id) DO NOTHING
            """)
        .bind("user", user.uuid())
        .bind("team", team.uuid())
        .execute();
    return tx.createUpdate(
                """
                INSERT INTO team_member (team_id, user_id, role, created_at)
                VALUES (:team, :user, :role, :now)
                ON CONFLICT (team_id, user_id) DO NOTHING
                """)
            .bind("team", team.uuid())
            .bind("user", user.uuid())
            .bind("role", role.word())
            .bind("now", now)
            .execute()
        == 1;
  }

  void setRole(Handle tx, TeamId team, UserId user, Role role) {
    tx.createUpdate(
            """
            UPDATE team_member
            SET role = :role
            WHERE team_id = :team AND user_id = :user
            """)
        .bind("role", role.word())
        .bind("team", team.uuid())
        .bind("user", user.uuid())
        .execute();
  }

  void delete(Handle tx, TeamId team, UserId user) {
    tx.createUpdate(
            """
            DELETE FROM team_member
            WHERE team_id = :team AND user_id = :user
            """)
        .bind("team", team.uuid())
        .bind("user", user.uuid())
        .execute();
    tx.createUpdate(
            """
            DELETE FROM user_team
            WHERE user_id = :user AND team_id = :team
            """)
        .bind("user", user.uuid())
        .bind("team", team.uuid())
        .execute();
  }

  private static Member read(ResultSet row) throws SQLException {
    return new Member(
        new UserId(row.getObject("user_id", UUID.class)),
        new EmailAddress(row.getString("email")),
        Role.ofWord(row.getString("role")),
        row.getTimestamp("created_at").toInstant());
  }
}
