package dev.pennyworth.botsapi.house;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/// What any statement may say: no clock, nothing that Citus or PostgreSQL 15 refuses, no paging by
/// OFFSET, keywords in upper case.
final class SqlDialectRules {
  private static final Set<String> CLOCK_WORDS =
      Set.of("current_timestamp", "current_date", "current_time", "localtime", "localtimestamp");

  private static final Set<String> CLOCK_FUNCTIONS =
      Set.of("now", "clock_timestamp", "statement_timestamp", "transaction_timestamp", "timeofday");

  /// Their answer depends on settings or on chance, so that Citus refuses them inside the CASE or
  /// COALESCE of an UPDATE. Source: docs.citusdata.com, "STABLE functions used in UPDATE queries".
  private static final Set<String> NOT_IMMUTABLE =
      Set.of(
          "age",
          "array_to_string",
          "concat",
          "concat_ws",
          "current_setting",
          "date_part",
          "date_trunc",
          "format",
          "gen_random_uuid",
          "json_build_array",
          "json_build_object",
          "jsonb_build_array",
          "jsonb_build_object",
          "nextval",
          "random",
          "row_to_json",
          "to_char",
          "to_date",
          "to_json",
          "to_jsonb",
          "to_number",
          "to_timestamp");

  private static final Set<String> NEWER_THAN_15 =
      Set.of(
          // 16
          "any_value",
          "array_sample",
          "array_shuffle",
          "date_add",
          "date_subtract",
          "erf",
          "erfc",
          "json_array",
          "json_arrayagg",
          "json_objectagg",
          "pg_input_is_valid",
          "random_normal",
          // 17
          "json_exists",
          "json_query",
          "json_scalar",
          "json_serialize",
          "json_table",
          "json_value",
          "merge_action",
          "to_bin",
          "to_oct",
          "uuid_extract_timestamp",
          "uuid_extract_version",
          "xmltext",
          // 18
          "array_reverse",
          "array_sort",
          "casefold",
          "crc32",
          "crc32c",
          "gamma",
          "lgamma",
          "uuidv4",
          "uuidv7");

  private static final Set<String> KEYWORDS =
      Set.of(
          "and",
          "as",
          "between",
          "case",
          "constraint",
          "create",
          "default",
          "delete",
          "distinct",
          "else",
          "end",
          "exists",
          "for",
          "foreign",
          "from",
          "group",
          "having",
          "in",
          "insert",
          "into",
          "is",
          "join",
          "limit",
          "not",
          "null",
          "offset",
          "on",
          "or",
          "order",
          "primary",
          "references",
          "returning",
          "select",
          "set",
          "table",
          "then",
          "union",
          "unique",
          "update",
          "using",
          "values",
          "when",
          "where",
          "with");

  private final SqlStatement statement;
  private final List<Finding> findings = new ArrayList<>();

  private SqlDialectRules(SqlStatement statement) {
    this.statement = statement;
  }

  static List<Finding> check(SqlStatement statement) {
    var rules = new SqlDialectRules(statement);
    for (var i = 0; i < statement.tokens().size(); i++) {
      rules.checkAt(i);
    }
    return rules.findings;
  }

  private void checkAt(int i) {
    var token = statement.tokens().get(i);
    if (!token.isWord()) {
      return;
    }
    if (token.isOneOf(CLOCK_WORDS) || isCall(i, CLOCK_FUNCTIONS)) {
      add(token, "reads the database's clock: bind the time, and in ON CONFLICT use excluded");
    }
    if (isCall(i, NEWER_THAN_15)) {
      add(token, "is newer than PostgreSQL 15: " + token.text());
    }
    if (token.is("returning")) {
      checkReturning(i);
    }
    if (token.is("offset")) {
      add(token, "pages by OFFSET: page by key");
    }
    if (token.isOneOf(KEYWORDS) && !isUpper(token) && !statement.startsAt(i - 1, ".")) {
      add(token, "has a keyword in lower case: " + token.text());
    }
    if (isUpdating() && (token.is("case") || statement.startsAt(i, "coalesce", "("))) {
      checkPure(i);
    }
  }

  /// `RETURNING old.x` and `new.x` came with PostgreSQL 18.
  private void checkReturning(int returning) {
    var part = statement.from(returning);
    for (var i = 0; i < part.tokens().size(); i++) {
      if (part.startsAt(i, "old", ".") || part.startsAt(i, "new", ".")) {
        add(part.tokens().get(i), "is newer than PostgreSQL 15: RETURNING old and new");
      }
    }
  }

  private void checkPure(int start) {
    var part =
        statement.tokens().get(start).is("case") ? upToEnd(start) : statement.inside(start + 1);
    for (var i = 0; i < part.tokens().size() - 1; i++) {
      var token = part.tokens().get(i);
      if (token.isOneOf(NOT_IMMUTABLE) && part.startsAt(i + 1, "(")) {
        add(
            token,
            "calls %s inside CASE or COALESCE of an UPDATE, which Citus refuses: bind the value"
                .formatted(token.text()));
      }
    }
  }

  private SqlStatement upToEnd(int start) {
    var tokens = statement.tokens();
    var depth = tokens.get(start).depth();
    var end = start;
    while (end < tokens.size()
        && !(tokens.get(end).is("end") && tokens.get(end).depth() == depth)) {
      end++;
    }
    return new SqlStatement(
        statement.path(), statement.firstLine(), statement.text(), tokens.subList(start, end));
  }

  private boolean isUpdating() {
    for (var i = 0; i < statement.tokens().size(); i++) {
      if (statement.startsAt(i, "update") && !statement.startsAt(i - 1, "for")) {
        return true;
      }
    }
    return false;
  }

  private boolean isCall(int i, Set<String> functions) {
    return statement.tokens().get(i).isOneOf(functions) && statement.startsAt(i + 1, "(");
  }

  private static boolean isUpper(SqlToken token) {
    return token.text().equals(token.text().toUpperCase(Locale.ROOT));
  }

  private void add(SqlToken at, String message) {
    findings.add(statement.finding(at, message));
  }
}
