package dev.pennyworth.botsapi.house;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/// Every statement stays with its team, so that all of a team's rows can live on one shard.
///
/// What is read names `team_id`; what is written or locked is found by it. The one statement that
/// looks over all teams, the claim, says so in a comment of its own: [#CLAIM].
final class SqlTeamRules {
  static final String CLAIM = "-- claim: differs on Citus";

  private static final Set<String> LOCKS = Set.of("update", "share", "no", "key");
  private static final Set<String> NO_UPDATE_AFTER = Set.of("for", "do", "key");
  private static final Set<String> COMPARES = Set.of("=", "in", "<", ">", "is");

  private final SqlStatement statement;
  private final Set<String> teamTables;
  private final List<Finding> findings = new ArrayList<>();

  private SqlTeamRules(SqlStatement statement, Set<String> teamTables) {
    this.statement = statement;
    this.teamTables = teamTables;
  }

  static List<Finding> check(SqlStatement statement, Set<String> teamTables) {
    if (statement.text().contains(CLAIM)) {
      return List.of();
    }
    var rules = new SqlTeamRules(statement, teamTables);
    rules.checkNamed();
    IntStream.range(0, statement.tokens().size()).forEach(rules::checkAt);
    return rules.findings;
  }

  /// There is one claim; a second statement that calls itself so is found.
  static List<Finding> checkClaims(List<SqlStatement> statements) {
    return statements.stream()
        .filter(statement -> statement.text().contains(CLAIM))
        .skip(1)
        .map(second -> second.finding("is a second claim: only one statement may skip team_id"))
        .toList();
  }

  private void checkNamed() {
    if (isOnTeamTable(statement) && !statement.contains("team_id")) {
      findings.add(
          statement.finding(
              "names no team_id, but reads a team's table: find the rows by team_id"));
    }
  }

  private void checkAt(int i) {
    if (statement.startsAt(i, "insert", "into")) {
      checkInsert(i);
    } else if (statement.startsAt(i, "delete", "from") || isUpdate(i)) {
      checkFound(i, statement.from(i), "changes rows");
    } else if (isLock(i)) {
      checkFound(i, statement.around(i), "locks rows");
    }
  }

  private void checkInsert(int i) {
    var table = i + 2;
    if (!isTeamTable(table)) {
      return;
    }
    var open = statement.startsAt(table + 1, "as") ? table + 3 : table + 1;
    if (!statement.startsAt(open, "(") || !statement.inside(open).contains("team_id")) {
      findings.add(
          statement.finding(
              statement.tokens().get(i),
              "inserts into a team's table without naming the column team_id"));
    }
  }

  private void checkFound(int i, SqlStatement scope, String deed) {
    if (isOnTeamTable(scope) && !comparesTeam(scope)) {
      findings.add(
          statement.finding(
              statement.tokens().get(i), deed + " of a team's table without comparing team_id"));
    }
  }

  private boolean isUpdate(int i) {
    return statement.startsAt(i, "update")
        && (i == 0 || !statement.tokens().get(i - 1).isOneOf(NO_UPDATE_AFTER));
  }

  private boolean isLock(int i) {
    return statement.startsAt(i, "for")
        && i + 1 < statement.tokens().size()
        && statement.tokens().get(i + 1).isOneOf(LOCKS);
  }

  private boolean isOnTeamTable(SqlStatement part) {
    return part.tables().stream().anyMatch(teamTables::contains);
  }

  private boolean isTeamTable(int i) {
    return i < statement.tokens().size() && teamTables.contains(statement.tokens().get(i).text());
  }

  /// Whether team_id stands beside a comparison: `team_id = :team`, `= w.team_id`, `(team_id,
  /// bot_id) IN`, `USING (team_id, bot_id)`.
  private static boolean comparesTeam(SqlStatement scope) {
    return IntStream.range(0, scope.tokens().size())
        .filter(i -> scope.startsAt(i, "team_id"))
        .anyMatch(i -> isCompared(scope, i) || isComparedInARow(scope, i));
  }

  private static boolean isCompared(SqlStatement scope, int i) {
    var first = scope.startsAt(i - 1, ".") ? i - 2 : i;
    return isComparison(scope, i + 1) || isComparison(scope, first - 1);
  }

  private static boolean isComparedInARow(SqlStatement scope, int i) {
    var depth = scope.tokens().get(i).depth();
    var open = i;
    while (open >= 0 && scope.tokens().get(open).depth() >= depth) {
      open--;
    }
    var close = i;
    while (close < scope.tokens().size() && scope.tokens().get(close).depth() >= depth) {
      close++;
    }
    return open >= 0
        && (scope.startsAt(open - 1, "using")
            || isComparison(scope, open - 1)
            || isComparison(scope, close + 1));
  }

  private static boolean isComparison(SqlStatement scope, int i) {
    return i >= 0 && i < scope.tokens().size() && scope.tokens().get(i).isOneOf(COMPARES);
  }
}
