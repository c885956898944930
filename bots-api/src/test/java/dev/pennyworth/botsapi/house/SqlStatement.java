package dev.pennyworth.botsapi.house;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/// One statement, wherever it stands.
///
/// @param firstLine of the text in its file, counted from 1
record SqlStatement(String path, int firstLine, String text, List<SqlToken> tokens) {
  private static final Set<String> NAME_A_TABLE = Set.of("from", "join", "into", "update", "using");

  SqlStatement {
    tokens = List.copyOf(tokens);
  }

  static SqlStatement of(String path, int firstLine, String text) {
    return new SqlStatement(path, firstLine, text, SqlToken.of(text));
  }

  /// The statements of an SQL file; each keeps the file's text and lines.
  static List<SqlStatement> ofFile(TextFile file) {
    var statements = new ArrayList<SqlStatement>();
    var tokens = new ArrayList<SqlToken>();
    for (var token : SqlToken.of(file.text())) {
      if (token.is(";") && token.depth() == 0) {
        statements.add(new SqlStatement(file.path(), 1, file.text(), tokens));
        tokens.clear();
      } else {
        tokens.add(token);
      }
    }
    if (!tokens.isEmpty()) {
      statements.add(new SqlStatement(file.path(), 1, file.text(), tokens));
    }
    return statements;
  }

  Finding finding(SqlToken at, String message) {
    return new Finding(path, firstLine + at.line() - 1, message);
  }

  Finding finding(String message) {
    return finding(tokens.getFirst(), message);
  }

  /// Whether these words, in lower case, stand here one after the other.
  boolean startsAt(int index, String... words) {
    if (index < 0 || index + words.length > tokens.size()) {
      return false;
    }
    for (var i = 0; i < words.length; i++) {
      if (!tokens.get(index + i).is(words[i])) {
        return false;
      }
    }
    return true;
  }

  boolean contains(String word) {
    return tokens.stream().anyMatch(token -> token.is(word));
  }

  /// From the first token inside the parentheses around `index` to the last, what they enclose
  /// included.
  SqlStatement around(int index) {
    var depth = tokens.get(index).depth();
    var start = index;
    while (start > 0 && tokens.get(start - 1).depth() >= depth) {
      start--;
    }
    return part(start, endOfScope(index));
  }

  /// From `index` to the end of the parentheses around it.
  SqlStatement from(int index) {
    return part(index, endOfScope(index));
  }

  /// The tokens between the parenthesis at `open` and the one that closes it.
  SqlStatement inside(int open) {
    return part(open + 1, Math.max(open + 1, endOfScope(open + 1)));
  }

  /// The names after FROM, JOIN, INTO, UPDATE and USING; some may be functions or queries of WITH.
  Set<String> tables() {
    var tables = new TreeSet<String>();
    for (var i = 0; i < tokens.size() - 1; i++) {
      var isDistinctFrom = startsAt(i - 1, "distinct", "from");
      if (tokens.get(i).isOneOf(NAME_A_TABLE) && !isDistinctFrom) {
        addListed(i + 1, tables);
      }
    }
    return tables;
  }

  private void addListed(int first, Set<String> tables) {
    var depth = tokens.get(first).depth();
    for (var i = first; i < tokens.size() && tokens.get(i).depth() >= depth; i++) {
      var token = tokens.get(i);
      if (token.depth() > depth || token.is("(") || token.is(")")) {
        continue;
      }
      if ((i == first || startsAt(i - 1, ",")) && token.isWord() && !token.is("only")) {
        tables.add(token.text());
      } else if (token.isWord()
          && Character.isUpperCase(token.text().charAt(0))
          && !token.is("as")
          && !token.is("only")
          && !token.is("lateral")) {
        return;
      }
    }
  }

  private SqlStatement part(int start, int end) {
    return new SqlStatement(
        path, firstLine, text, tokens.subList(start, Math.min(end, tokens.size())));
  }

  private int endOfScope(int index) {
    var end = index;
    if (index >= tokens.size()) {
      return index;
    }
    var depth = tokens.get(index).depth();
    while (end < tokens.size() && tokens.get(end).depth() >= depth) {
      end++;
    }
    return end;
  }
}
