package dev.pennyworth.botsapi.accounts;

import dev.pennyworth.agentloop.OperatorTeams;
import dev.pennyworth.billing.JdbcWallets;
import dev.pennyworth.billing.TeamId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/// People and their teams.
public final class JdbcAccounts implements OperatorTeams {
  private static final String DEFAULT_WORKSPACE = "Default";

  private final Jdbi jdbi;
  private final JdbcWallets wallets;
  private final Supplier<UUID> ids;
  private final InstantSource clock;

  public JdbcAccounts(Jdbi jdbi, JdbcWallets wallets, Supplier<UUID> ids, InstantSource clock) {
    this.jdbi = jdbi;
    this.wallets = wallets;
    this.ids = ids;
    this.clock = clock;
  }

  /// An account and the hash of its password.
  record Found(Account account, String passwordHash) {}

  Optional<Found> find(EmailAddress email) {
    return jdbi.withHandle(handle ->
        handle
            .createQuery(
                """
                SELECT u.user_id, u.email, u.password_hash, t.team_id, t.name
                FROM app_user u
                JOIN team t ON t.team_id = u.team_id
                WHERE u.email = :email
                """)
            .bind("email", email.text())
            .map((row, _) -> new Found(read(row), row.getString("password_hash")))
            .findOne());
  }

  Account byId(UserId user) {
    return jdbi.withHandle(handle ->
        handle
            .createQuery(
                """
                SELECT u.user_id, u.email, t.team_id, t.name
                FROM app_user u
                JOIN team t ON t.team_id = u.team_id
                WHERE u.user_id = :user
                """)
            .bind("user", user.uuid())
            .map((row, _) -> read(row))
            .one());
  }

  /// Whether nobody has registered yet. Waits for a transaction that is answering the same
  /// question, so that of several nodes that start at once only one makes the first owner. Joins
  /// the caller's transaction, and holds the lock until its end.
  public boolean isEmptyForUpdate(Handle tx) {
    tx.createQuery(
            """
            SELECT only_row
            FROM master_key_check
            FOR UPDATE
            """)
        .mapTo(Boolean.class)
        .one();
    return tx.createQuery(
            """
            SELECT NOT EXISTS (SELECT FROM app_user)
            """)
        .mapTo(Boolean.class)
        .one();
  }

  /// Notes that this account, which the first start made, is the operator's. Joins the caller's
  /// transaction.
  public void makeOperator(Handle tx, UserId user) {
    tx.createUpdate(
            """
            UPDATE app_user
            SET is_operator = true
            WHERE user_id = :user
            """)
        .bind("user", user.uuid())
        .execute();
  }

  /// Whether somebody who acts in a team is the operator in his own one.
  public boolean isOperator(UserId user, TeamId team) {
    return jdbi.withHandle(handle ->
        handle
            .createQuery(
                """
                SELECT EXISTS (
                  SELECT FROM app_user
                  WHERE user_id = :user AND team_id = :team AND is_operator)
                """)
            .bind("user", user.uuid())
            .bind("team", team.uuid())
            .mapTo(Boolean.class)
            .one());
  }

  @Override
  public boolean isOperators(TeamId team) {
    return jdbi.withHandle(handle ->
        handle
            .createQuery(
                """
                SELECT EXISTS (
                  SELECT FROM app_user
                  WHERE team_id = :team AND is_operator)
                """)
            .bind("team", team.uuid())
            .mapTo(Boolean.class)
            .one());
  }

  /// Makes a person with a personal team, of which they are the owner, with a workspace and a
  /// wallet that holds the free credit. Empty if the e-mail is taken. Joins the caller's
  /// transaction.
  public Optional<Account> create(Handle tx, EmailAddress email, String passwordHash) {
    var now = clock.instant();
    var account = new Account(new UserId(ids.get()), email, new TeamId(ids.get()), teamName(email));
    if (!insertUser(tx, account, passwordHash, now)) {
      return Optional.empty();
    }
    insertTeam(tx, account, now);
    insertMember(tx, account, now);
    insertWorkspace(tx, account.team(), now);
    wallets.openWithFreeCredit(tx, account.team());
    return Optional.of(account);
  }

  private static String teamName(EmailAddress email) {
    return email.text().substring(0, email.text().indexOf('@')) + "'s team";
  }

  private static boolean insertUser(Handle tx, Account account, String passwordHash, Instant now) {
    return tx.createUpdate(
                """
                INSERT INTO app_user (user_id, email, password_hash, team_id, created_at)
                VALUES (:user, :email, :hash, :team, :now)
                ON CONFLICT (email) DO NOTHING
                """)
            .bind("user", account.user().uuid())
            .bind("email", account.email().text())
            .bind("hash", passwordHash)
            .bind("team", account.team().uuid())
            .bind("now", now)
            .execute()
        == 1;
  }

  private static void insertTeam(Handle tx, Account account, Instant now) {
    tx.createUpdate(
            """
            INSERT INTO team (team_id, name, created_at)
            VALUES (:team, :name, :now)
            """)
        .bind("team", account.team().uuid())
        .bind("name", account.teamName())
        .bind("now", now)
        .execute();
  }

  private static void insertMember(Handle tx, Account account, Instant now) {
    tx.createUpdate(
            """
            INSERT INTO team_member (team_id, user_id, role, created_at)
            VALUES (:team, :user, :role, :now)
            """)
        .bind("team", account.team().uuid())
        .bind("user", account.user().uuid())
        .bind("role", Role.OWNER.word())
        .bind("now", now)
        .execute();
  }

  private void insertWorkspace(Handle tx, TeamId team, Instant now) {
    tx.createUpdate(
            """
            INSERT INTO workspace (team_id, workspace_id, name, created_at, is_default)
            VALUES (:team, :workspace, :name, :now, true)
            """)
        .bind("team", team.uuid())
        .bind("workspace", ids.get())
        .bind("name", DEFAULT_WORKSPACE)
        .bind("now", now)
        .execute();
  }

  private static Account read(ResultSet row) throws SQLException {
    return new Account(
        new UserId(row.getObject("user_id", UUID.class)),
        new EmailAddress(row.getString("email")),
        new TeamId(row.getObject("team_id", UUID.class)),
        row.getString("name"));
  }
}
