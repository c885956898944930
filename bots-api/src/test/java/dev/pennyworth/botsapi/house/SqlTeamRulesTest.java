package dev.pennyworth.botsapi.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SqlTeamRulesTest {
  private static final Set<String> TEAM_TABLES = Set.of("hold", "budget", "outbox", "conversation");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT state FROM hold WHERE hold_id = :hold",
        "SELECT n.node_id FROM node n, hold h WHERE h.node_id = n.node_id",
        "SELECT 1 FROM node JOIN hold ON hold.node_id = node.node_id",
        "INSERT INTO hold (hold_id, state) VALUES (:hold, 'open')",
        "INSERT INTO hold VALUES (:team, :hold)",
        "INSERT INTO hold (hold_id) SELECT hold_id FROM budget WHERE team_id = :team",
        "UPDATE hold SET state = 'void' WHERE hold_id = :hold RETURNING team_id",
        "DELETE FROM hold WHERE hold_id = :hold",
        "WITH gone AS (DELETE FROM hold WHERE n = 1) SELECT 1 FROM budget WHERE team_id = :team",
        "SELECT team_id FROM hold WHERE hold_id = :hold FOR UPDATE",
        "SELECT team_id FROM outbox ORDER BY created_at FOR NO KEY UPDATE SKIP LOCKED",
        "SELECT team_id FROM hold WHERE hold_id = :hold FOR SHARE",
        """
        UPDATE budget SET held_nanos = 0 WHERE team_id = :team AND budget_key IN (
          SELECT budget_key FROM hold WHERE hold_id = :hold FOR UPDATE)
        """
      })
  void aStatementThatLeavesItsTeamIsFound(String sql) {
    assertThat(check(sql)).isNotEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT state FROM hold WHERE team_id = :team AND hold_id = :hold",
        "SELECT team_id, hold_id FROM hold WHERE created_at < :before",
        "SELECT node_id FROM node WHERE expires_at < :now FOR UPDATE",
        "INSERT INTO node (node_id) VALUES (:node)",
        "INSERT INTO hold (team_id, hold_id) VALUES (:team, :hold)",
        "INSERT INTO hold AS h (team_id, hold_id) VALUES (:team, :hold)",
        """
        INSERT INTO budget (team_id, spent) VALUES (:team, 1)
        ON CONFLICT (team_id) DO UPDATE SET spent = excluded.spent
        """,
        "UPDATE hold h SET state = 'void' FROM asked a WHERE h.team_id = a.team_id AND h.id = a.id",
        "UPDATE hold SET state = 'void' WHERE (team_id, hold_id) IN (SELECT * FROM asked)",
        "UPDATE hold SET state = 'void' WHERE (:team, :hold) = (team_id, hold_id)",
        "DELETE FROM hold USING asked WHERE :team = hold.team_id",
        "SELECT h.state FROM hold h JOIN asked USING (team_id, hold_id) FOR UPDATE OF h",
        "SELECT 1 FROM hold WHERE team_id = ANY(:teams) ORDER BY team_id FOR NO KEY UPDATE",
        "SELECT name FROM app_user WHERE name IS DISTINCT FROM hold"
      })
  void aStatementThatStaysWithItsTeamIsLeftAlone(String sql) {
    assertThat(check(sql)).isEmpty();
  }

  @Test
  void theClaimMayLookOverAllTeams() {
    assertThat(check(claim("conversation"))).isEmpty();
  }

  @Test
  void aSecondClaimIsFound() {
    var first = SqlStatement.of("JdbcConversations.java", 10, claim("conversation"));
    var second = SqlStatement.of("JdbcOutbox.java", 20, claim("outbox"));

    assertThat(SqlTeamRules.checkClaims(List.of(first))).isEmpty();
    assertThat(SqlTeamRules.checkClaims(List.of(first, second)))
        .extracting(Finding::path)
        .containsExactly("JdbcOutbox.java");
  }

  @Test
  void aFindingNamesTheLineOfTheStatementsPart() {
    var sql = "WITH a AS (\n  SELECT team_id FROM hold\n  FOR UPDATE)\nSELECT 1 FROM a";

    var findings = SqlTeamRules.check(SqlStatement.of("JdbcA.java", 41, sql), TEAM_TABLES);

    assertThat(findings).extracting(Finding::line).containsExactly(43);
  }

  private static String claim(String table) {
    return "SELECT id FROM %s\n%s\nFOR UPDATE SKIP LOCKED".formatted(table, SqlTeamRules.CLAIM);
  }

  private static List<Finding> check(String sql) {
    return SqlTeamRules.check(SqlStatement.of("JdbcA.java", 1, sql), TEAM_TABLES);
  }
}
