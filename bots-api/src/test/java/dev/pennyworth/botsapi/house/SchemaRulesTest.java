package dev.pennyworth.botsapi.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SchemaRulesTest {
  private static final String GOOD =
      """
      -- Why this is.

      CREATE TABLE team (
        team_id uuid PRIMARY KEY,
        name    text NOT NULL
      );

      -- Reference table: a webhook knows only the bot's id,
      -- and nothing else.
      CREATE TABLE bot_address (
        bot_id  uuid PRIMARY KEY,
        team_id uuid NOT NULL UNIQUE
      );

      CREATE TABLE bot (
        team_id    uuid        NOT NULL,
        bot_id     uuid        NOT NULL,
        slug       text        NOT NULL,
        limits     numeric(3, 1) NOT NULL DEFAULT 0,
        deleted_at timestamptz,  -- NULL while it exists
        PRIMARY KEY (team_id, bot_id),
        CONSTRAINT bot_slug_is_unique UNIQUE (team_id, slug),
        CONSTRAINT bot_of_a_team FOREIGN KEY (team_id) REFERENCES team (team_id),
        CONSTRAINT bot_slug_is_short CHECK (length(slug) < 10 OR slug IN ('a', 'b'))
      );

      CREATE UNIQUE INDEX bot_by_slug ON bot (team_id, slug) WHERE deleted_at IS NULL;

      CREATE INDEX bot_by_name ON bot (slug);

      ALTER TABLE bot ADD CONSTRAINT bot_again UNIQUE (team_id, slug);
      """;

  @Test
  void aGoodMigrationIsLeftAlone() {
    assertThat(check(GOOD)).isEmpty();
  }

  @Test
  void tablesBelongToTeamsUnlessTheirCommentSaysOtherwise() {
    assertThat(SchemaRules.teamTables(List.of(migration(GOOD)))).isEqualTo(Set.of("bot", "team"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          PRIMARY KEY (team_id, bot_id)     | PRIMARY KEY (bot_id, team_id)     | team_id
          UNIQUE (team_id, slug),           | UNIQUE (slug),                    | team_id
          FOREIGN KEY (team_id) REFERENCES  | FOREIGN KEY (bot_id) REFERENCES   | team_id
          slug       text        NOT NULL   | slug text NOT NULL UNIQUE         | team_id
          slug       text        NOT NULL   | slug text NOT NULL REFERENCES x   | team_id
          ON bot (team_id, slug)            | ON bot (slug)                     | team_id
          bot_again UNIQUE (team_id, slug)  | bot_again UNIQUE (slug)           | team_id
          -- Reference table: a webhook     | -- A webhook                      | team_id
          slug       text        NOT NULL   | slug text                         | may be NULL
          slug       text        NOT NULL   | slug bigserial NOT NULL           | counts
          slug       text        NOT NULL   | slug bigint NOT NULL GENERATED ALWAYS AS IDENTITY | counts
          DEFAULT 0                         | DEFAULT now()                     | clock
          DEFAULT 0                         | DEFAULT uuidv7()                  | newer
          CREATE UNIQUE INDEX               | create UNIQUE INDEX               | lower case
          -- Why this is.                   | SET x = 1;                        | begin with why
          CREATE INDEX bot_by_name ON bot (slug) | CREATE TABLE e (team_id uuid NOT NULL) PARTITION BY RANGE (at) | event_day
          CREATE INDEX bot_by_name ON bot (slug) | CREATE TABLE e (x uuid NOT NULL) | without team_id
          """)
  void aBrokenRuleIsFound(String good, String bad, String message) {
    assertThat(GOOD).contains(good);

    assertThat(check(GOOD.replace(good, bad)))
        .isNotEmpty()
        .allSatisfy(finding -> assertThat(finding.message()).contains(message));
  }

  @Test
  void aFindingNamesItsLine() {
    var findings = check(GOOD.replace("name    text NOT NULL", "name    text"));

    assertThat(findings).extracting(Finding::line).containsExactly(5);
  }

  private static List<Finding> check(String sql) {
    var file = migration(sql);
    return SchemaRules.check(file, SchemaRules.teamTables(List.of(file)));
  }

  private static TextFile migration(String sql) {
    return new TextFile("migrations/src/main/resources/db/migration/V1__a.sql", sql);
  }
}
