package dev.pennyworth.botsapi.accounts;

import dev.pennyworth.billing.TeamId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/// Invitations of those who have no account yet. One for each address and team.
final class JdbcInvitations {

  /// An invitation that waits.
  record Invitation(
      InvitationId id, TeamId team, EmailAddress email, Role role, Instant createdAt) {}

  /// Adds an invitation, unless the address has one to this team. Joins the caller's transaction.
  boolean insert(Handle tx, Invitation invitation, UserId by) {
    return tx.createUpdate(
                """
                INSERT INTO invitation (email, team_id, invitation_id, role, invited_by, created_at)
                VALUES (:email, :team, :id, :role, :by, :now)
                ON CONFLICT (email, team_id) DO NOTHING
                """)
            .bind("email", invitation.email().text())
            .bind("team", invitation.team().uuid())
            .bind("id", invitation.id().uuid())
            .bind("role", invitation.role().word())
            .bind("by", by.uuid())
            .bind("now", invitation.createdAt())
            .execute()
        == 1;
  }

  Optional<Invitation> find(Handle handle, TeamId team, InvitationId id) {
    return handle
        .createQuery(
            """
            SELECT invitation_id, team_id, email, role, created_at
            FROM invitation
            WHERE team_id = :team AND invitation_id = :id
            """)
        .bind("team", team.uuid())
        .bind("id", id.uuid())
        .map((row, _) -> read(row))
        .findOne();
  }

  /// All that wait for an address, in any team.
  List<Invitation> of(Handle handle, EmailAddress email) {
    return handle
        .createQuery(
            """
            SELECT invitation_id, team_id, email, role, created_at
            FROM invitation
            WHERE email = :email
            ORDER BY invitation_id
            """)
        .bind("email", email.text())
        .map((row, _) -> read(row))
        .list();
  }

  void setRole(Handle tx, Invitation invitation, Role role) {
    tx.createUpdate(
            """
            UPDATE invitation
            SET role = :role
            WHERE team_id = :team AND email = :email
            """)
        .bind("role", role.word())
        .bind("team", invitation.team().uuid())
        .bind("email", invitation.email().text())
        .execute();
  }

  void delete(Handle tx, Invitation invitation) {
    tx.createUpdate(
            """
            DELETE FROM invitation
            WHERE team_id = :team AND email = :email
            """)
        .bind("team", invitation.team().uuid())
        .bind("email", invitation.email().text())
        .execute();
  }

  private static Invitation read(ResultSet row) throws SQLException {
    return new Invitation(
        new InvitationId(row.getObject("invitation_id", UUID.class)),
        new TeamId(row.getObject("team_id", UUID.class)),
        new EmailAddress(row.getString("email")),
        Role.ofWord(row.getString("role")),
        row.getTimestamp("created_at").toInstant());
  }
}
