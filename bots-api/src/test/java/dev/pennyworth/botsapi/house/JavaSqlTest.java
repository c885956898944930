package dev.pennyworth.botsapi.house;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JavaSqlTest {
  private static final String QUOTES = "\"\"\"";

  @Test
  void aStatementIsReadFromATextBlockWithItsLine() {
    var statements =
        JavaSql.statements(
            java(
                """
                class JdbcBots {
                  // "SELECT 1 FROM comment"
                  char quote = '"';
                  String sql =
                      QQQ
                      -- claim: differs on Citus
                      SELECT bot_id
                      FROM bot
                      QQQ;
                }
                """));

    assertThat(statements)
        .singleElement()
        .satisfies(statement -> {
          assertThat(statement.tables()).containsExactly("bot");
          assertThat(statement.finding("").line()).isEqualTo(7);
        });
  }

  @Test
  void joinedConstantsAreReadAsOneStatement() {
    var file =
        java(
            """
            class JdbcBots {
              static final String COLUMNS = "team_id, " + "bot_id";
              String sql = "SELECT " + COLUMNS
                  + QQQ
                   FROM bot
                  WHERE name = :name
                  QQQ;
            }
            """);

    assertThat(JavaSql.unbound(file)).isEmpty();
    assertThat(JavaSql.statements(file))
        .singleElement()
        .satisfies(statement -> {
          assertThat(statement.contains("team_id")).isTrue();
          assertThat(statement.tables()).containsExactly("bot");
        });
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"SELECT a FROM b WHERE c = \" + value",
        "\"SELECT a FROM b WHERE c = \" + COLUMNS + value()",
        "\"SELECT a FROM \" + LIMIT(3)",
        "\"UPDATE a SET b = '%s'\".formatted(value)",
        "String.format(\"DELETE FROM a WHERE b = '%s'\", value)",
        "\"SELECT a FROM b\".replace(\"a\", value)",
        "prefix + \"SELECT a FROM b\"",
        "QQQ\nSELECT a\nFROM b\nWHERE c =\nQQQ\n+ value"
      })
  void aValueWrittenIntoSqlIsFound(String expression) {
    assertThat(JavaSql.unbound(java("class JdbcA { Object a = " + expression + "; }")))
        .singleElement()
        .asString()
        .contains("bind it");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"Select a bot from the list\"",
        "\"select a bot, please\"",
        "\"Update %s, or set another\".formatted(name)",
        "\"SELECT\"",
        "\"with regards\"",
        "\"inserted into \" + name"
      })
  void proseIsNoStatement(String expression) {
    assertThat(JavaSql.statements(java("class A { Object a = " + expression + "; }"))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "select a from b",
        "WITH a AS (SELECT 1) SELECT * FROM a",
        "INSERT INTO a (b) VALUES (1)",
        "UPDATE ONLY a SET b = 1",
        "delete from a"
      })
  void aStatementIsKnownByItsBeginning(String sql) {
    assertThat(JavaSql.statements(java("class A { String a = \"" + sql + "\"; }"))).hasSize(1);
  }

  private static TextFile java(String source) {
    return new TextFile("billing/src/main/java/JdbcBots.java", source.replace("QQQ", QUOTES));
  }
}
