package dev.pennyworth.botsapi.house;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.lang.ArchRule;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ModuleRulesTest {
  private static final JavaClasses SHIPPED = Modules.shipped();

  @TempDir private Path folder;

  @ParameterizedTest
  @MethodSource("rules")
  void everyShippedClassKeeps(ArchRule rule) {
    rule.check(SHIPPED);
  }

  static Stream<ArchRule> rules() {
    return Stream.of(ModuleRules.ALL, NameRules.ALL, BanRules.ALL).flatMap(List::stream);
  }

  @ParameterizedTest
  @ValueSource(strings = {"migrations", "billing", "agentloop", "connectors", "botsapi"})
  void everyModuleIsRead(String module) {
    assertThat(SHIPPED.stream().map(Modules::moduleOf)).contains(Optional.of(module));
  }

  @Test
  void everyExceptionIsForAClassThatIsThere() {
    assertThat(SHIPPED.stream().map(JavaClass::getSimpleName))
        .containsAll(NameRules.TRANSACTION_BLOCKS)
        .containsAll(BanRules.REACTIVE_BY_FRAMEWORK);
  }

  @Test
  void noTestIsTakenForShipped() {
    assertThat(SHIPPED.contain(ModuleRulesTest.class)).isFalse();
  }

  @Test
  void anArrowToTheLeftIsFound() throws IOException {
    var classes =
        Compiled.in(
            folder,
            "package dev.pennyworth.billing; class Invoice { dev.pennyworth.agentloop.Turn turn; }",
            "package dev.pennyworth.agentloop; public class Turn {}");

    assertFinds(ModuleRules.ARROWS, classes, "dev.pennyworth.agentloop.Turn");
  }

  @Test
  void anArrowToTheRightIsLeftAlone() throws IOException {
    var classes =
        Compiled.in(
            folder,
            "package dev.pennyworth.agentloop; class Turn { dev.pennyworth.billing.Invoice i; }",
            "package dev.pennyworth.billing; public class Invoice {}");

    ModuleRules.ARROWS.check(classes);
    ModuleRules.DOORS.check(classes);
  }

  @Test
  void aStrangersUseOfARoomIsFound() throws IOException {
    var classes =
        Compiled.in(
            folder,
            """
            package dev.pennyworth.botsapi;
            class Page {
              void show() {
                new dev.pennyworth.agentloop.model.Reply();
              }
            }
            """,
            "package dev.pennyworth.agentloop.model; public class Reply {}");

    assertFinds(ModuleRules.DOORS, classes, "agentloop.model.Reply");
  }

  @Test
  void aModulesOwnUseOfItsRoomIsLeftAlone() throws IOException {
    var classes =
        Compiled.in(
            folder,
            """
            package dev.pennyworth.agentloop;
            class Turn {
              dev.pennyworth.agentloop.model.Reply reply;
            }
            """,
            "package dev.pennyworth.agentloop.model; public class Reply {}");

    ModuleRules.DOORS.check(classes);
  }

  @Test
  void aSixthModuleIsFound() throws IOException {
    var classes = Compiled.in(folder, "package dev.pennyworth.common; class Strings {}");

    assertFinds(ModuleRules.HOME, classes, "dev.pennyworth.common.Strings");
  }

  @Test
  void aPackageThatIsNotNullMarkedIsFound() throws IOException {
    var classes =
        Compiled.in(
            folder,
            "package dev.pennyworth.billing; class Invoice {}",
            "package dev.pennyworth.billing.room; class Chair {}",
            "@org.jspecify.annotations.NullMarked package dev.pennyworth.billing;");

    assertFinds(ModuleRules.NULL_MARKED, classes, "dev.pennyworth.billing.room.Chair");
    assertThat(ModuleRules.NULL_MARKED.evaluate(classes).getFailureReport().getDetails())
        .hasSize(1);
  }

  static void assertFinds(ArchRule rule, JavaClasses classes, String expected) {
    var details = rule.evaluate(classes).getFailureReport().getDetails();
    assertThat(details).isNotEmpty().anySatisfy(detail -> assertThat(detail).contains(expected));
  }
}
