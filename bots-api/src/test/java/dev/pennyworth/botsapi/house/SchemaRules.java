package dev.pennyworth.botsapi.house;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// What the migrations may say. A table belongs to teams, and then every key of it begins with
/// `team_id`, unless the comment above it begins with [#REFERENCE] and says why.
final class SchemaRules {
  static final String REFERENCE = "Reference table";

  private static final Set<String> COUNTERS =
      Set.of("serial", "bigserial", "smallserial", "identity", "sequence", "nextval");

  private static final Set<String> PARTITION_KEYS = Set.of("team_id", "event_day");

  private static final Set<String> TABLE_CONSTRAINTS =
      Set.of("constraint", "primary", "unique", "foreign", "check", "exclude", "like");

  private final TextFile file;
  private final Set<String> teamTables;
  private final List<Finding> findings = new ArrayList<>();

  private SchemaRules(TextFile file, Set<String> teamTables) {
    this.file = file;
    this.teamTables = teamTables;
  }

  static Set<String> teamTables(List<TextFile> migrations) {
    return migrations.stream()
        .flatMap(file -> created(file).filter(statement -> !isReference(file, statement)))
        .map(statement -> statement.tokens().get(2).text())
        .collect(Collectors.toCollection(TreeSet::new));
  }

  static List<Finding> check(TextFile file, Set<String> teamTables) {
    var rules = new SchemaRules(file, teamTables);
    rules.checkBeginning();
    SqlStatement.ofFile(file).forEach(rules::checkStatement);
    created(file).forEach(rules::checkTable);
    return rules.findings;
  }

  private static Stream<SqlStatement> created(TextFile file) {
    return SqlStatement.ofFile(file).stream()
        .filter(statement -> statement.startsAt(0, "create", "table"));
  }

  private static boolean isReference(TextFile file, SqlStatement statement) {
    var lines = file.lines();
    for (var i = statement.tokens().getFirst().line() - 2; i >= 0; i--) {
      if (!lines.get(i).startsWith("--")) {
        return false;
      }
      if (lines.get(i).startsWith("-- " + REFERENCE)) {
        return true;
      }
    }
    return false;
  }

  private void checkBeginning() {
    if (!file.text().startsWith("--")) {
      findings.add(file.finding(1, "does not begin with why: write a comment first"));
    }
  }

  private void checkStatement(SqlStatement statement) {
    findings.addAll(SqlDialectRules.check(statement));
    for (var i = 0; i < statement.tokens().size(); i++) {
      var token = statement.tokens().get(i);
      if (token.isOneOf(COUNTERS)) {
        add(
            statement,
            token,
            "counts in the database: make ids in Java, order by a seq of its own");
      }
      if (statement.startsAt(i, "partition", "by")) {
        checkPartition(statement, i + 3);
      }
    }
    if (teamTables.contains(tableOf(statement))) {
      checkKeys(statement);
    }
  }

  /// What a CREATE TABLE, ALTER TABLE or CREATE UNIQUE INDEX is about; empty for others.
  private static String tableOf(SqlStatement statement) {
    var tokens = statement.tokens();
    if (statement.startsAt(0, "create", "table") || statement.startsAt(0, "alter", "table")) {
      return tokens.get(statement.startsAt(2, "only") ? 3 : 2).text();
    }
    for (var i = 0; statement.startsAt(0, "create", "unique") && i < tokens.size() - 1; i++) {
      if (tokens.get(i).is("on")) {
        return tokens.get(i + 1).text();
      }
    }
    return "";
  }

  private void checkKeys(SqlStatement statement) {
    for (var i = 0; i < statement.tokens().size(); i++) {
      var token = statement.tokens().get(i);
      var isKey =
          statement.startsAt(i, "primary", "key")
              || statement.startsAt(i, "foreign", "key")
              || statement.startsAt(i, "unique")
              || (statement.startsAt(i, "references") && !isOfAForeignKey(statement, i));
      if (isKey && !leadingColumn(statement, i).is("team_id")) {
        add(
            statement,
            token,
            "has a key that does not begin with team_id: add it, or say in the"
                + " comment above the table why it is a reference table");
      }
    }
  }

  private static boolean isOfAForeignKey(SqlStatement statement, int references) {
    return statement.startsAt(references - 1, ")");
  }

  /// The first column in the parentheses that follow; for a column's own constraint, the column.
  private static SqlToken leadingColumn(SqlStatement statement, int key) {
    var tokens = statement.tokens();
    var depth = tokens.get(key).depth();
    if (!tokens.get(key).is("references")) {
      for (var i = key; i < tokens.size() - 1 && !tokens.get(i).is(","); i++) {
        if (tokens.get(i).is("(") && tokens.get(i).depth() == depth) {
          return tokens.get(i + 1);
        }
      }
    }
    var first = key;
    while (first > 0 && tokens.get(first - 1).depth() == depth && !tokens.get(first - 1).is(",")) {
      first--;
    }
    return tokens.get(first);
  }

  private void checkPartition(SqlStatement statement, int open) {
    for (var token : statement.inside(open).tokens()) {
      if (token.isWord() && !PARTITION_KEYS.contains(token.text())) {
        add(
            statement,
            token,
            "partitions by "
                + token.text()
                + ": a retry must meet its own key,"
                + " so partition by event_day");
      }
    }
  }

  private void checkTable(SqlStatement statement) {
    var columns = columns(statement.inside(3));
    if (teamTables.contains(tableOf(statement))
        && columns.stream().noneMatch(column -> column.startsAt(0, "team_id"))) {
      findings.add(statement.finding("is a team's table without team_id"));
    }
    for (var column : columns) {
      var mayBeNull = !column.contains("null") && !column.contains("primary");
      var line = file.lines().get(column.tokens().getLast().line() - 1);
      if (mayBeNull && !line.contains("--")) {
        findings.add(
            column.finding("may be NULL and does not say what NULL means: NOT NULL, or a comment"));
      }
    }
  }

  /// The columns of a CREATE TABLE, each with its type and constraints.
  private static List<SqlStatement> columns(SqlStatement body) {
    var columns = new ArrayList<SqlStatement>();
    var start = 0;
    for (var i = 0; i <= body.tokens().size(); i++) {
      var isEnd =
          i == body.tokens().size()
              || (body.tokens().get(i).is(",") && body.tokens().get(i).depth() == 1);
      if (isEnd) {
        var item = body.tokens().subList(start, i);
        if (!item.isEmpty() && !item.getFirst().isOneOf(TABLE_CONSTRAINTS)) {
          columns.add(new SqlStatement(body.path(), body.firstLine(), body.text(), item));
        }
        start = i + 1;
      }
    }
    return columns;
  }

  private void add(SqlStatement statement, SqlToken at, String message) {
    findings.add(statement.finding(at, message));
  }
}
