package dev.pennyworth.botsapi.house;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.Location;
import java.util.List;
import java.util.Optional;

/// The five modules, and what a class tells about its place in them.
final class Modules {
  static final String ROOT = "dev.pennyworth.";

  /// Each may use those before it.
  static final List<String> RIGHT_TO_LEFT =
      List.of("migrations", "billing", "agentloop", "connectors", "botsapi");

  private Modules() {}

  /// What the modules ship, without their tests and without what annotation processors and the
  /// compiler of templates wrote.
  static JavaClasses shipped() {
    var locations = RIGHT_TO_LEFT.stream().map(Modules::location).toList();
    return new ClassFileImporter()
        .withImportOption(location -> !location.contains("/$"))
        .withImportOption(location -> !location.contains("/gg/jte/generated/"))
        .importLocations(locations);
  }

  /// Every module has a package-info of its own, which leads to its folder or jar.
  private static Location location(String module) {
    try {
      var door = Class.forName(ROOT + module + ".package-info");
      return Location.of(door.getProtectionDomain().getCodeSource().getLocation());
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException("module " + module + " is not on the class path", e);
    }
  }

  /// The module of a class, as its package has it; empty if the class is not ours.
  static Optional<String> moduleOf(JavaClass type) {
    var packageName = packageOf(type);
    if (!packageName.startsWith(ROOT)) {
      return Optional.empty();
    }
    return Optional.of(packageName.substring(ROOT.length()).split("\\.", 2)[0]);
  }

  static boolean isAtTheDoor(JavaClass type) {
    return packageOf(type).indexOf('.', ROOT.length()) < 0;
  }

  /// The class that the source file is named after: lambdas and nested classes count as it.
  static JavaClass fileClass(JavaClass type) {
    var outer = type;
    while (outer.getEnclosingClass().isPresent()) {
      outer = outer.getEnclosingClass().get();
    }
    return outer;
  }

  /// Whether a class puts others together, so that it may touch what they touch.
  static boolean isWiring(JavaClass type) {
    var file = fileClass(type);
    return file.getSimpleName().endsWith("Wiring") || isMain(file);
  }

  private static boolean isMain(JavaClass type) {
    return type.getMethods().stream()
        .anyMatch(method ->
            method.getName().equals("main")
                && method.getModifiers().contains(JavaModifier.STATIC)
                && method.getRawParameterTypes().size() == 1
                && method.getRawParameterTypes().getFirst().isEquivalentTo(String[].class));
  }

  private static String packageOf(JavaClass type) {
    return type.getBaseComponentType().getPackageName();
  }
}
