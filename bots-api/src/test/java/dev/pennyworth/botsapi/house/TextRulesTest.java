package dev.pennyworth.botsapi.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// [JavaRules], [WordRules] and [LayoutRules]. Forbidden words are put together from parts, so that
/// this file keeps the rules too.
class TextRulesTest {
  private static final String MAIN = "billing/src/main/java/a/";

  private static final String HOLDS_SQL =
      """
      class Bots {
        String sql = "SELECT a FROM b";
      }
      """;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "@NullMarked package a;",
        "/// Money\n@NullMarked package a;",
        "/// Money.\n// @NullMarked\npackage a;",
        "// Money.\n@NullMarked package a;"
      })
  void aPackageThatDoesNotSayWhatItIsIsFound(String info) {
    assertThat(JavaRules.checkPackages(List.of(file(MAIN + "package-info.java", info))))
        .isNotEmpty();
  }

  @Test
  void aPackageWithoutInfoIsFound() {
    assertThat(JavaRules.checkPackages(List.of(file(MAIN + "A.java", ""))))
        .extracting(Finding::path)
        .containsExactly(MAIN + "package-info.java");
  }

  @Test
  void aPackageThatSaysWhatItIsIsLeftAlone() {
    var info = file(MAIN + "package-info.java", "/// Money.\n@NullMarked\npackage a;\n");

    assertThat(JavaRules.checkPackages(List.of(info, file(MAIN + "A.java", "")))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "package a;\n\npublic class A {}",
        "package a;\n\n@Old\npublic final class A {}",
        "package a;\n\n/** Old. */\npublic record A() {}",
        "package a;\n\n/// Cut off.\n\npublic sealed interface A {}"
      })
  void aPublicTypeWithoutADocIsFound(String source) {
    assertThat(JavaRules.checkTypes(file(MAIN + "A.java", source))).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "package a;\n\n/// What it is.\n@Old(\n    1)\npublic enum A {}",
        "package a;\n\nfinal class A {\n  public record B() {}\n}",
        "package a;\n\n/// public class B\nclass A {}"
      })
  void aTypeWithADocOrOfOneFileOnlyIsLeftAlone(String source) {
    assertThat(JavaRules.checkTypes(file(MAIN + "A.java", source))).isEmpty();
  }

  @Test
  void sqlOutsideAJdbcClassIsFound() {
    assertThat(JavaRules.checkHoldersOfSql(file(MAIN + "Bots.java", HOLDS_SQL))).hasSize(1);
    assertThat(JavaRules.checkHoldersOfSql(file(MAIN + "JdbcBots.java", HOLDS_SQL))).isEmpty();
  }

  @Test
  void aHomeFolderIsFound() {
    for (var folder :
        List.of("/ro" + "ot/a", "\"/ho" + "me/a\"", "x=/Us" + "ers/a", "C:\\Us" + "ers")) {
      assertThat(WordRules.check(file("README.md", "a\n" + folder)))
          .as(folder)
          .extracting(Finding::line)
          .containsExactly(2);
    }
  }

  @Test
  void aFolderOfThisMachineIsFound() {
    var folders = List.of(Path.of("/srv/checkout"), Path.of("/src"));

    assertThat(WordRules.checkPaths(file("a", "cd /srv/checkout && ls /src"), folders)).hasSize(1);
    assertThat(WordRules.checkPaths(file("a", "cd my/srv/checkout"), folders)).isEmpty();
  }

  @Test
  void aWordThatMayNotStandInAJavaFileIsFound() {
    var words =
        List.of("@Dis" + "abled", "Mock" + "ito.mock()", "Thread" + ".sleep(1)", "// TO" + "DO");
    for (var word : words) {
      assertThat(WordRules.check(file("billing/src/test/java/ATest.java", word)))
          .as(word)
          .hasSize(1);
    }
  }

  @Test
  void aWordThatOnlyLooksForbiddenIsLeftAlone() {
    var text = "${HOME}/Library ~/home/ https://a.org/home/ TODOS XXXXXX @DisabledBots /homes/";

    assertThat(WordRules.check(file("A.java", text))).isEmpty();
    assertThat(WordRules.check(file("billing/src/main/A.java", "Thread" + ".sleep(1)"))).isEmpty();
  }

  @Test
  void floatingPointInBillingsCodeIsFound() {
    var code = "long a = (long) (double) b; // a double entry";

    assertThat(WordRules.checkFloating(file(MAIN + "A.java", code))).hasSize(1);
    assertThat(WordRules.checkFloating(file("agent-loop/src/main/A.java", code))).isEmpty();
    assertThat(WordRules.checkFloating(file(MAIN + "A.java", "/// Double \"float\"."))).isEmpty();
  }

  @Test
  void aFileOfMoreThan400LinesIsFound() {
    assertThat(LayoutRules.checkLength(file("A.java", "\n".repeat(401)))).hasSize(1);
    assertThat(LayoutRules.checkLength(file("A.java", "\n".repeat(400)))).isEmpty();
    assertThat(LayoutRules.checkLength(file(LayoutRules.SCHEMA, "\n".repeat(401)))).isEmpty();
    assertThat(LayoutRules.checkLength(file("prices.json", "\n".repeat(401)))).isEmpty();
  }

  @Test
  void aModuleWithoutAShortReadmeIsFound() {
    var readmes =
        LayoutRules.MODULES.stream().map(module -> file(module + "/README.md", "# A")).toList();
    var tooLong = file("billing/README.md", "\n".repeat(41));

    assertThat(LayoutRules.checkReadmes(readmes)).isEmpty();
    assertThat(LayoutRules.checkReadmes(readmes.subList(1, 5))).hasSize(1);
    assertThat(LayoutRules.checkReadmes(List.of(tooLong))).hasSize(5);
  }

  @Test
  void aMissingSchemaIsFound() {
    assertThat(LayoutRules.checkSchema(List.of())).hasSize(1);
    assertThat(LayoutRules.checkSchema(List.of(file("migrations/schema.sql", "")))).isEmpty();
  }

  @Test
  void aDecisionWithoutItsHeadingsIsFound() {
    var path = "docs/decisions/1-jdbi.md";
    var good = "# JDBI\n## Context\na\n## Decision\nb\n## Consequences\nc\n";

    assertThat(LayoutRules.checkDecision(file(path, good))).isEmpty();
    assertThat(LayoutRules.checkDecision(file(path, good.replace("## Context", "")))).hasSize(1);
    assertThat(LayoutRules.checkDecision(file(path, "JDBI"))).hasSize(4);
  }

  private static TextFile file(String path, String text) {
    return new TextFile(path, text);
  }
}
