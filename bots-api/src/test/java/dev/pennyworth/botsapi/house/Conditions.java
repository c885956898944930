package dev.pennyworth.botsapi.house;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;

/// The shapes that rules about classes have.
final class Conditions {
  private Conditions() {}

  /// Refuses each use of another class: in a signature, a field, a call, an annotation, anywhere.
  static ArchCondition<JavaClass> refuseUses(String title, Predicate<Dependency> isRefused) {
    return refuse(
        title,
        type ->
            type.getDirectDependenciesFromSelf().stream()
                .filter(isRefused)
                .map(Dependency::getDescription));
  }

  /// Refuses each call, constructor call, method reference or field access.
  static ArchCondition<JavaClass> refuseAccesses(String title, Predicate<JavaAccess<?>> isRefused) {
    return refuse(
        title,
        type ->
            type.getAccessesFromSelf().stream().filter(isRefused).map(JavaAccess::getDescription));
  }

  /// Refuses a class for each sentence that `complaints` has about it.
  static ArchCondition<JavaClass> refuse(
      String title, Function<JavaClass, Stream<String>> complaints) {
    return new ArchCondition<>(title) {
      @Override
      public void check(JavaClass type, ConditionEvents events) {
        complaints
            .apply(type)
            .forEach(complaint -> events.add(SimpleConditionEvent.violated(type, complaint)));
      }
    };
  }

  /// Whether a class is in one of these packages or below.
  static boolean isBelow(JavaClass type, String... packages) {
    var name = type.getBaseComponentType().getPackageName();
    return Stream.of(packages).anyMatch(p -> name.equals(p) || name.startsWith(p + "."));
  }
}
