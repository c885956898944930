package dev.pennyworth.botsapi.house;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static dev.pennyworth.botsapi.house.Conditions.isBelow;
import static dev.pennyworth.botsapi.house.Modules.ROOT;
import static dev.pennyworth.botsapi.house.Modules.fileClass;
import static dev.pennyworth.botsapi.house.Modules.isWiring;

import com.tngtech.archunit.core.domain.AccessTarget.CodeUnitAccessTarget;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.lang.ArchRule;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/// What no class may use, or only one kind of class.
final class BanRules {
  /// Classes whose methods a framework's interface gives a reactive type. Simple names.
  static final Set<String> REACTIVE_BY_FRAMEWORK =
      Set.of(
          "BearerAuthentication", // AuthenticationFetcher of Micronaut Security
          "CookieAuthentication", // AuthenticationFetcher of Micronaut Security
          "HttpAnthropicTransport", // HttpClient of Anthropic's SDK
          "HttpMcpTransport", // McpClientTransport of the MCP SDK
          "ProcessMcpTransport", // the same
          "JdbcHealth"); // HealthIndicator of Micronaut Management

  /// Methods that read the clock or draw lots, by class. `<init>` is a constructor.
  /// `System.nanoTime` is missing on purpose: it is for durations.
  private static final Map<String, Set<String>> CLOCK_AND_CHANCE =
      Map.ofEntries(
          Map.entry("java.time.Clock", Set.of("system", "systemUTC", "systemDefaultZone")),
          Map.entry("java.time.InstantSource", Set.of("system")),
          Map.entry("java.lang.System", Set.of("currentTimeMillis")),
          Map.entry("java.lang.Math", Set.of("random")),
          Map.entry("java.lang.StrictMath", Set.of("random")),
          Map.entry("java.util.Calendar", Set.of("getInstance")),
          Map.entry("java.util.Date", Set.of("<init>")),
          Map.entry("java.util.UUID", Set.of("randomUUID")),
          Map.entry("java.util.Random", Set.of("<init>", "from")),
          Map.entry("java.util.SplittableRandom", Set.of("<init>")),
          Map.entry("java.util.random.RandomGenerator", Set.of("of", "getDefault")),
          Map.entry("java.util.concurrent.ThreadLocalRandom", Set.of("current")),
          Map.entry(
              "java.security.SecureRandom", Set.of("<init>", "getInstance", "getInstanceStrong")));

  private static final Set<String> FLOATING =
      Set.of(
          "double",
          "float",
          "java.lang.Double",
          "java.lang.Float",
          "java.math.BigDecimal",
          "java.util.OptionalDouble",
          "java.util.stream.DoubleStream");

  private static final String[] NEVER = {
    "lombok",
    "com.google.common",
    "org.mockito",
    "reactor",
    "rx",
    "io.reactivex",
    "org.apache.commons"
  };

  private static final List<String> LATER =
      List.of(
          "java.util.concurrent.Future",
          "java.util.concurrent.CompletionStage",
          "java.util.concurrent.Flow$Publisher",
          "org.reactivestreams.Publisher");

  static final ArchRule TIME_AND_CHANCE =
      classes()
          .should(Conditions.refuseAccesses("be given the time and chance", BanRules::isByChance))
          .because("tests must hold the clock: take an InstantSource or a Supplier in *Wiring");

  static final ArchRule MONEY_IS_WHOLE =
      classes()
          .should(Conditions.refuse("count money in whole numbers", BanRules::floating))
          .because("money is NanoUsd, a long: no double, float or BigDecimal in billing");

  static final ArchRule LIBRARIES =
      classes()
          .should(Conditions.refuseUses("stay clear of these libraries", BanRules::isUnwanted))
          .because("a dependency needs a reason in docs/decisions");

  static final ArchRule BLOCKING = blocking(REACTIVE_BY_FRAMEWORK);

  static final List<ArchRule> ALL = List.of(TIME_AND_CHANCE, MONEY_IS_WHOLE, LIBRARIES, BLOCKING);

  private BanRules() {}

  static ArchRule blocking(Set<String> reactiveByFramework) {
    return classes()
        .should(
            Conditions.refuse(
                "answer with values, not with futures",
                type ->
                    reactiveByFramework.contains(fileClass(type).getSimpleName())
                        ? Stream.empty()
                        : type.getMethods().stream()
                            .filter(BanRules::isLater)
                            .map(JavaMethod::getDescription)))
        .because(
            "code blocks on virtual threads; what a framework's interface forces is listed in"
                + " BanRules.REACTIVE_BY_FRAMEWORK");
  }

  private static boolean isByChance(JavaAccess<?> access) {
    var origin = access.getOriginOwner();
    if (isWiring(origin) || isBelow(origin, ROOT + "migrations")) {
      return false;
    }
    var owner = access.getTargetOwner();
    var method = access.getTarget().getName();
    return (isBelow(owner, "java.time") && method.equals("now"))
        || (owner.getName().equals("java.time.Clock") && method.startsWith("tick"))
        || owner.getName().equals("com.fasterxml.uuid.Generators")
        || CLOCK_AND_CHANCE.getOrDefault(owner.getName(), Set.of()).contains(method);
  }

  private static Stream<String> floating(JavaClass type) {
    if (!isBelow(type, ROOT + "billing")) {
      return Stream.empty();
    }
    var fields = type.getFields().stream().filter(f -> isFloating(f.getRawType()));
    var codeUnits =
        type.getCodeUnits().stream()
            .filter(unit ->
                isFloating(unit.getRawReturnType())
                    || unit.getRawParameterTypes().stream().anyMatch(BanRules::isFloating));
    var uses =
        type.getDirectDependenciesFromSelf().stream()
            .filter(use -> isFloating(use.getTargetClass()));
    var calls =
        type.getCodeUnitAccessesFromSelf().stream().filter(call -> isFloating(call.getTarget()));
    return Stream.of(
            fields.map(field -> field.getDescription() + " is floating"),
            codeUnits.map(unit -> unit.getDescription() + " takes or gives a floating number"),
            uses.map(Dependency::getDescription),
            calls.map(JavaAccess::getDescription))
        .flatMap(found -> found);
  }

  private static boolean isFloating(CodeUnitAccessTarget target) {
    return isFloating(target.getRawReturnType())
        || target.getRawParameterTypes().stream().anyMatch(BanRules::isFloating);
  }

  private static boolean isFloating(JavaClass type) {
    return FLOATING.contains(type.getBaseComponentType().getName());
  }

  private static boolean isUnwanted(Dependency use) {
    var target = use.getTargetClass();
    var origin = use.getOriginClass();
    var isCompress =
        isBelow(target, "org.apache.commons.compress") && isBelow(origin, ROOT + "migrations");
    var isCsv =
        isBelow(target, "org.apache.commons.csv")
            && isBelow(origin, ROOT + "botsapi", ROOT + "billing");
    var isForced =
        isBelow(target, "reactor")
            && REACTIVE_BY_FRAMEWORK.contains(fileClass(origin).getSimpleName());
    return isBelow(target, NEVER) && !isCompress && !isCsv && !isForced;
  }

  private static boolean isLater(JavaMethod method) {
    var modifiers = method.getModifiers();
    return !modifiers.contains(JavaModifier.PRIVATE)
        && !modifiers.contains(JavaModifier.SYNTHETIC)
        && Stream.concat(
                Stream.of(method.getRawReturnType()), method.getRawParameterTypes().stream())
            .anyMatch(type -> LATER.stream().anyMatch(type::isAssignableTo));
  }
}
