package dev.pennyworth.botsapi.house;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/// The SQL that stands in Java. A text that begins like a statement is one; texts and constants
/// that are joined by `+` are read as one.
final class JavaSql {
  private static final Pattern STATEMENT =
      Pattern.compile(
          "(?:--[^\\n]*\\n|\\s)*(?![A-Z][a-z])(?i:select\\s.*|insert\\s+into\\s.*"
              + "|update\\s+\\w+\\s(?:.*\\s)?set\\s.*|delete\\s+from\\s.*"
              + "|with\\s+(?:recursive\\s+)?\\w+.*\\sas\\s.*)",
          Pattern.DOTALL);

  /// Lower-case words that begin with `select` are SQL only if they go on like it.
  private static final Pattern PROSE =
      Pattern.compile("\\s*select\\s(?!.*\\bfrom\\s).*", Pattern.DOTALL);

  private static final Pattern CONSTANT =
      Pattern.compile("(?:\\w+\\.)*([A-Z][A-Z0-9_]*)\\b(?!\\s*[.(])");

  private static final Pattern ASSIGNED = Pattern.compile("([A-Z][A-Z0-9_]*)\\s*=\\s*\\z");

  private static final Pattern CHANGED = Pattern.compile("\\.(formatted|replace|concat|repeat)\\(");

  private final TextFile file;
  private final JavaText java;
  private final Map<String, String> constants = new HashMap<>();
  private final List<SqlStatement> statements = new ArrayList<>();
  private final List<Finding> findings = new ArrayList<>();

  private JavaSql(TextFile file) {
    this.file = file;
    this.java = JavaText.of(file.text());
  }

  static List<SqlStatement> statements(TextFile file) {
    return read(file).statements;
  }

  /// Statements that something other than a constant is written into.
  static List<Finding> unbound(TextFile file) {
    return read(file).findings;
  }

  private static JavaSql read(TextFile file) {
    var sql = new JavaSql(file);
    var literals = sql.java.literals();
    for (var i = 0; i < literals.size(); ) {
      i = sql.join(i);
    }
    return sql;
  }

  /// Reads the text that begins with the literal at `first`; returns the index of the next literal.
  private int join(int first) {
    var literals = java.literals();
    var text = new StringBuilder(literals.get(first).value());
    var next = first + 1;
    var end = literals.get(first).end();
    var isWhole = true;
    while (isWhole && isAt(skipSpace(end), '+')) {
      var operand = skipSpace(skipSpace(end) + 1);
      var constant = CONSTANT.matcher(java.code()).region(operand, java.code().length());
      if (isAt(operand, '"') && next < literals.size()) {
        text.append(literals.get(next).value());
        end = literals.get(next++).end();
      } else if (constant.lookingAt()) {
        text.append(constants.getOrDefault(constant.group(1), " "));
        end = constant.end();
      } else {
        isWhole = false;
      }
    }
    add(literals.get(first), text.toString(), isWhole && !isChanged(literals.get(first), end));
    return next;
  }

  private void add(JavaText.Literal first, String text, boolean isBound) {
    var assigned = ASSIGNED.matcher(java.code().substring(0, first.start()));
    if (assigned.find()) {
      constants.put(assigned.group(1), text);
    }
    if (!STATEMENT.matcher(text).matches() || PROSE.matcher(text).matches()) {
      return;
    }
    var statement = SqlStatement.of(file.path(), first.firstLine(), text);
    statements.add(statement);
    if (!isBound) {
      findings.add(
          statement.finding("writes a value into SQL: bind it (a constant may be joined by +)"));
    }
  }

  private boolean isChanged(JavaText.Literal first, int end) {
    var before = java.code().substring(0, first.start()).stripTrailing();
    var after = java.code().substring(skipSpace(end));
    return before.endsWith("+")
        || before.endsWith(".format(")
        || CHANGED.matcher(after).lookingAt();
  }

  private boolean isAt(int offset, char expected) {
    return offset < java.code().length() && java.code().charAt(offset) == expected;
  }

  private int skipSpace(int from) {
    var at = from;
    while (at < java.code().length() && Character.isWhitespace(java.code().charAt(at))) {
      at++;
    }
    return at;
  }
}
