package dev.pennyworth.botsapi.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SqlDialectRulesTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          INSERT INTO a (b) VALUES (now())                                          | clock
          INSERT INTO a (b) VALUES (1) ON CONFLICT (b) DO UPDATE SET at = Now()     | clock
          SELECT 1 FROM a WHERE at < CURRENT_TIMESTAMP                              | clock
          SELECT 1 FROM a WHERE day = current_date                                  | clock
          SELECT clock_timestamp()                                                  | clock
          UPDATE a SET b = CASE WHEN c THEN to_char(d, 'x') ELSE e END              | to_char
          UPDATE a SET b = COALESCE(b, jsonb_build_object('x', 1))                  | jsonb_build_object
          INSERT INTO a (b) VALUES (1) ON CONFLICT (b) DO UPDATE SET c = coalesce(c, random()) | random
          SELECT a FROM b ORDER BY a LIMIT 10 OFFSET :offset                        | OFFSET
          SELECT uuidv7()                                                           | uuidv7
          SELECT ANY_VALUE(a) FROM b                                                | ANY_VALUE
          UPDATE a SET b = 1 RETURNING old.b                                        | RETURNING
          select a FROM b                                                           | lower case: select
          SELECT a FROM b where c = 1 AND d                                         | lower case: where
          """)
  void whatMayNotBeSaidIsFound(String sql, String message) {
    assertThat(check(sql))
        .extracting(Finding::message)
        .singleElement()
        .asString()
        .contains(message);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT a.order, 'select now()' FROM a WHERE b = :now AND c = :offset -- or now()",
        "UPDATE a SET b = CASE WHEN c > 0 THEN lower(d) ELSE e END, f = to_char(g, 'x')",
        "UPDATE a SET b = COALESCE(b, :b), c = to_jsonb(d)",
        "SELECT COALESCE(to_char(a, 'x'), '') FROM b FOR UPDATE",
        "INSERT INTO a (b) VALUES (1) ON CONFLICT (b) DO UPDATE SET at = excluded.at",
        "SELECT max(now) FROM a GROUP BY b /* current_date */",
        "SELECT a::date, b->>'select' FROM c WHERE d @> :e::jsonb"
      })
  void whatMayBeSaidIsLeftAlone(String sql) {
    assertThat(check(sql)).isEmpty();
  }

  private static List<Finding> check(String sql) {
    return SqlDialectRules.check(SqlStatement.of("JdbcA.java", 1, sql));
  }
}
