package dev.pennyworth.botsapi.house;

import static dev.pennyworth.botsapi.house.ModuleRulesTest.assertFinds;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.lang.ArchRule;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BanRulesTest {
  private static final String ANSWERS_LATER =
      """
      package dev.pennyworth.botsapi;
      import java.util.concurrent.CompletableFuture;
      class Bots {
        CompletableFuture<String> find() {
          return CompletableFuture.completedFuture("");
        }
      }
      """;

  @TempDir private Path folder;

  @Test
  void aLookAtTheClockOrADrawOfLotsIsFound() throws IOException {
    findsEach(
        BanRules.TIME_AND_CHANCE,
        "package dev.pennyworth.agentloop; class TYPE { Object held = %s; }",
        "java.time.Instant.now()",
        "java.time.LocalDate.now(java.time.ZoneOffset.UTC)",
        "java.time.ZonedDateTime.now()",
        "java.time.Clock.systemUTC()",
        "java.time.Clock.tickMillis(java.time.ZoneOffset.UTC)",
        "java.time.InstantSource.system()",
        "System.currentTimeMillis()",
        "java.util.UUID.randomUUID()",
        "new java.util.Random(7)",
        "Math.random()",
        "java.util.concurrent.ThreadLocalRandom.current()",
        "new java.security.SecureRandom()",
        "(java.util.function.Supplier<Object>) java.time.Instant::now",
        "(java.util.function.Supplier<Object>) () -> java.util.UUID.randomUUID()",
        "(java.util.function.Supplier<Object>) java.security.SecureRandom::new");
  }

  @Test
  void theClockInAWiringIsLeftAlone() throws IOException {
    BanRules.TIME_AND_CHANCE.check(
        Compiled.in(
            folder,
            holds("agentloop", "TurnWiring", "java.time.InstantSource.system()"),
            holds("migrations", "Password", "new java.security.SecureRandom()")));
  }

  @Test
  void aDurationIsLeftAlone() throws IOException {
    BanRules.TIME_AND_CHANCE.check(
        Compiled.in(folder, holds("agentloop", "Turn", "System.nanoTime()")));
  }

  @Test
  void aFloatingNumberInBillingIsFound() throws IOException {
    findsEach(
        BanRules.MONEY_IS_WHOLE,
        "package dev.pennyworth.billing; class TYPE { %s }",
        "double price;",
        "float[] prices;",
        "long round(double price) { return 1; }",
        "Double price() { return null; }",
        "java.util.List<java.math.BigDecimal> prices;",
        "long up(long a) { return (long) Math.ceil(a); }",
        "long up(String a) { return new java.math.BigDecimal(a).longValue(); }");
  }

  @Test
  void aFloatingNumberElsewhereAndWholeNumbersInBillingAreLeftAlone() throws IOException {
    BanRules.MONEY_IS_WHOLE.check(
        Compiled.in(
            folder,
            "package dev.pennyworth.agentloop; class Settings { double temperature; }",
            "package dev.pennyworth.billing; class Invoice { long a = Math.addExact(1L, 2L); }"));
  }

  @Test
  void anUnwantedLibraryIsFound() throws IOException {
    findsEach(
        BanRules.LIBRARIES,
        "package dev.pennyworth.botsapi; class TYPE { %1$s.Thing thing; }"
            + "SPLITpackage %1$s; public class Thing {}",
        "lombok",
        "com.google.common.base",
        "org.mockito",
        "org.apache.commons.lang3",
        "reactor.core.publisher");
  }

  @Test
  void commonsCompressOutsideMigrationsIsFound() throws IOException {
    finds(
        BanRules.LIBRARIES,
        "commons.compress",
        "package dev.pennyworth.botsapi; class Bots { org.apache.commons.compress.Thing t; }",
        "package org.apache.commons.compress; public class Thing {}");
  }

  @Test
  void theTwoLibrariesOfCommonsAreLeftAloneInTheirPlaces() throws IOException {
    BanRules.LIBRARIES.check(
        Compiled.in(
            folder,
            "package dev.pennyworth.migrations; class Zip { org.apache.commons.compress.Xz xz; }",
            "package dev.pennyworth.botsapi; class Export { org.apache.commons.csv.Row row; }",
            "package org.apache.commons.compress; public class Xz {}",
            "package org.apache.commons.csv; public class Row {}"));
  }

  @Test
  void reactorIsLeftAloneWhereAFrameworkForcesIt() throws IOException {
    BanRules.LIBRARIES.check(
        Compiled.in(
            folder,
            "package dev.pennyworth.agentloop; class HttpMcpTransport { reactor.core.Mono mono; }",
            "package reactor.core; public class Mono {}"));
  }

  @Test
  void aFutureInASignatureIsFound() throws IOException {
    finds(BanRules.BLOCKING, "Bots.find", ANSWERS_LATER);
  }

  @Test
  void aReactiveTypeInASignatureIsFound() throws IOException {
    finds(
        BanRules.BLOCKING,
        "Bots.watch",
        """
        package dev.pennyworth.botsapi;
        public interface Bots {
          void watch(org.reactivestreams.Publisher<String> bots);
        }
        """);
  }

  @Test
  void aListedAnswerToAFrameworkIsLeftAlone() throws IOException {
    BanRules.blocking(Set.of("Bots")).check(Compiled.in(folder, ANSWERS_LATER));
  }

  private static String holds(String module, String type, String expression) {
    return "package dev.pennyworth.%s; class %s { Object held = %s; }"
        .formatted(module, type, expression);
  }

  /// Writes a class for each of `parts`, all at once because compiling and reading takes a while,
  /// and looks whether the rule finds every one of them.
  ///
  /// @param pattern of the class, named TYPE; SPLIT begins another file
  private void findsEach(ArchRule rule, String pattern, String... parts) throws IOException {
    var sources = new ArrayList<String>();
    for (var i = 0; i < parts.length; i++) {
      var source = pattern.formatted(parts[i]).replace("TYPE", "Number" + i + "End");
      sources.addAll(List.of(source.split("SPLIT")));
    }
    var classes = Compiled.in(folder, sources.toArray(String[]::new));
    var details = String.join("\n", rule.evaluate(classes).getFailureReport().getDetails());
    for (var i = 0; i < parts.length; i++) {
      assertThat(details).as(parts[i]).contains("Number" + i + "End");
    }
  }

  private void finds(ArchRule rule, String expected, String... sources) throws IOException {
    assertFinds(rule, Compiled.in(folder, sources), expected);
  }
}
