package dev.pennyworth.botsapi.house;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// A word or sign of SQL. Comments are left out.
///
/// @param line counted from 1 in the text that was taken apart
/// @param depth how many parentheses are open around it; a parenthesis is outside of itself
record SqlToken(Kind kind, String text, int line, int depth) {
  enum Kind {
    COMMENT,
    QUOTED,
    PARAMETER,
    NUMBER,
    WORD,
    SIGN
  }

  private static final Pattern NEXT =
      Pattern.compile(
          """
          (?<COMMENT>--[^\\n]*|/\\*.*?\\*/)\
          |(?<QUOTED>(?:'[^']*')++|\\$(\\w*)\\$.*?\\$\\3\\$)\
          |(?<PARAMETER>(?<!:):[A-Za-z_]\\w*)\
          |(?<NUMBER>\\d[\\d.]*)\
          |(?<WORD>\\w+|"[^"]*")\
          |(?<SIGN>::|\\S)\
          """,
          Pattern.DOTALL);

  static List<SqlToken> of(String sql) {
    var tokens = new ArrayList<SqlToken>();
    var matcher = NEXT.matcher(sql);
    var depth = 0;
    while (matcher.find()) {
      var kind = kindOf(matcher);
      if (kind == Kind.COMMENT) {
        continue;
      }
      var text = matcher.group();
      depth -= text.equals(")") ? 1 : 0;
      tokens.add(new SqlToken(kind, text, TextFile.lineAt(sql, matcher.start()), depth));
      depth += text.equals("(") ? 1 : 0;
    }
    return List.copyOf(tokens);
  }

  private static Kind kindOf(Matcher matcher) {
    return Stream.of(Kind.values())
        .filter(kind -> matcher.group(kind.name()) != null)
        .findFirst()
        .orElseThrow();
  }

  boolean is(String word) {
    return text.equalsIgnoreCase(word) && kind != Kind.QUOTED;
  }

  /// @param words in lower case
  boolean isOneOf(Set<String> words) {
    return kind != Kind.QUOTED && words.contains(text.toLowerCase(Locale.ROOT));
  }

  boolean isWord() {
    return kind == Kind.WORD;
  }
}
