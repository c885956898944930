package dev.pennyworth.botsapi.house;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static dev.pennyworth.botsapi.house.Modules.RIGHT_TO_LEFT;
import static dev.pennyworth.botsapi.house.Modules.moduleOf;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.ArchRule;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;

/// Arrows go one way, and others come in by the door.
final class ModuleRules {
  static final ArchRule HOME =
      classes()
          .should(Conditions.refuse("be in the package of a module", ModuleRules::homeless))
          .because("the modules are " + RIGHT_TO_LEFT + ", and there is no sixth");

  static final ArchRule ARROWS =
      classes()
          .should(Conditions.refuseUses("use only modules to their right", ModuleRules::goesLeft))
          .because(
              "the arrows are bots-api -> connectors -> agent-loop -> billing -> migrations:"
                  + " declare a port on the right and implement it on the left");

  static final ArchRule DOORS =
      classes()
          .should(Conditions.refuseUses("come in by the door", ModuleRules::entersARoom))
          .because("a module's root package is its door, and its sub-packages are its own rooms");

  static final ArchRule NULL_MARKED =
      classes()
          .should(Conditions.refuse("be in a @NullMarked package", ModuleRules::maybeNull))
          .because("only there NullAway looks: add the annotation to package-info.java");

  static final List<ArchRule> ALL = List.of(HOME, ARROWS, DOORS, NULL_MARKED);

  private ModuleRules() {}

  private static Stream<String> homeless(JavaClass type) {
    return moduleOf(type).filter(RIGHT_TO_LEFT::contains).isPresent()
        ? Stream.empty()
        : Stream.of(type.getDescription() + " is in no module's package");
  }

  private static boolean goesLeft(Dependency use) {
    var from = moduleOf(use.getOriginClass()).map(RIGHT_TO_LEFT::indexOf);
    var to = moduleOf(use.getTargetClass()).map(RIGHT_TO_LEFT::indexOf);
    return from.isPresent() && to.isPresent() && to.get() > from.get();
  }

  private static boolean entersARoom(Dependency use) {
    var to = moduleOf(use.getTargetClass());
    return to.isPresent()
        && !to.equals(moduleOf(use.getOriginClass()))
        && !Modules.isAtTheDoor(use.getTargetClass());
  }

  private static Stream<String> maybeNull(JavaClass type) {
    var isMarked =
        type.getPackage()
            .tryGetPackageInfo()
            .filter(info -> info.isAnnotatedWith(NullMarked.class))
            .isPresent();
    return isMarked
        ? Stream.empty()
        : Stream.of(type.getDescription() + " is in a package that is not @NullMarked");
  }
}
