package dev.pennyworth.botsapi.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Reads the whole working tree. A failure lists each place as `path:line what is wrong`.
class TreeRulesTest {
  private static final Tree TREE = Tree.ofRepository();
  private static final List<TextFile> MIGRATIONS = TREE.where(TextFile::isMigration);
  private static final List<TextFile> SHIPPED = TREE.where(TextFile::isShippedJava);
  private static final List<SqlStatement> STATEMENTS =
      SHIPPED.stream().flatMap(file -> JavaSql.statements(file).stream()).toList();

  @Test
  void theTreeIsReadAtAll() {
    assertThat(MIGRATIONS).hasSizeGreaterThan(3);
    assertThat(SHIPPED).hasSizeGreaterThan(30);
    assertThat(STATEMENTS).hasSizeGreaterThan(20);
    assertThat(SchemaRules.teamTables(MIGRATIONS))
        .contains("team", "wallet", "hold", "ledger_entry", "bot", "conversation", "turn")
        .doesNotContain("price", "app_user", "node");
  }

  @Test
  void everyPackageSaysWhatItIs() {
    assertNone(JavaRules.checkPackages(TREE.files()));
  }

  @Test
  void everyPublicTypeSaysWhatItIs() {
    assertNone(inEach(TREE.files(), JavaRules::checkTypes));
  }

  @Test
  void onlyJdbcClassesHoldSql() {
    assertNone(inEach(SHIPPED, JavaRules::checkHoldersOfSql));
  }

  @Test
  void everyLinkLeadsSomewhere() {
    assertNone(MarkdownRules.check(TREE.files()));
  }

  @Test
  void everyStatementStaysWithItsTeam() {
    var teamTables = SchemaRules.teamTables(MIGRATIONS);

    assertNone(inEach(STATEMENTS, statement -> SqlTeamRules.check(statement, teamTables)));
    assertNone(SqlTeamRules.checkClaims(STATEMENTS));
  }

  @Test
  void everyStatementKeepsToTheDialect() {
    assertNone(inEach(STATEMENTS, SqlDialectRules::check));
  }

  @Test
  void everyValueIsBound() {
    assertNone(inEach(SHIPPED, JavaSql::unbound));
  }

  @Test
  void everyMigrationKeepsToTheRules() {
    var teamTables = SchemaRules.teamTables(MIGRATIONS);

    assertNone(inEach(MIGRATIONS, file -> SchemaRules.check(file, teamTables)));
  }

  @Test
  void noFileSaysWhatItMayNot() {
    assertNone(inEach(TREE.files(), WordRules::check));
  }

  @Test
  void noFileNamesAFolderOfThisMachine() {
    var folders = List.of(TREE.root(), Path.of(System.getProperty("user.home")));

    assertNone(inEach(TREE.files(), file -> WordRules.checkPaths(file, folders)));
  }

  @Test
  void billingCountsInWholeNumbers() {
    assertNone(inEach(TREE.files(), WordRules::checkFloating));
  }

  @Test
  void everyFileFitsInTheHead() {
    assertNone(inEach(TREE.files(), LayoutRules::checkLength));
  }

  @Test
  void everyModuleHasAShortReadme() {
    assertNone(LayoutRules.checkReadmes(TREE.files()));
  }

  @Test
  void theSumOfTheMigrationsIsThere() {
    assertNone(LayoutRules.checkSchema(TREE.files()));
  }

  @Test
  void everyDecisionSaysWhy() {
    assertNone(inEach(TREE.files(), LayoutRules::checkDecision));
  }

  private static <T> List<Finding> inEach(List<T> things, Function<T, List<Finding>> check) {
    return things.stream().flatMap(thing -> check.apply(thing).stream()).toList();
  }

  private static void assertNone(List<Finding> findings) {
    var lines = Stream.concat(Stream.of(""), findings.stream().map(Finding::toString)).toList();
    assertThat(findings).withFailMessage(() -> String.join("\n", lines)).isEmpty();
  }
}
