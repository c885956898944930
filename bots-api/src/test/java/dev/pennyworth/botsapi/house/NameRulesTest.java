package dev.pennyworth.botsapi.house;

import static dev.pennyworth.botsapi.house.ModuleRulesTest.assertFinds;

import com.tngtech.archunit.lang.ArchRule;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NameRulesTest {
  private static final String OPENS_A_BLOCK =
      """
      package dev.pennyworth.agentloop;
      import org.jdbi.v3.core.Handle;
      import org.jdbi.v3.core.Jdbi;
      class Turns {
        Jdbi jdbi;
        void finish() {
          jdbi.useTransaction(tx -> write(tx));
        }
        static void write(Handle tx) {}
      }
      """;

  private static final String HOLDS_A_STATEMENT =
      """
      package dev.pennyworth.agentloop;
      class Turns {
        org.jdbi.v3.core.Jdbi jdbi;
        void finish() {
          jdbi.useTransaction(tx -> tx.execute("DELETE FROM turn"));
        }
      }
      """;

  @TempDir private Path folder;

  @Test
  void aClassThatTouchesTheDatabaseUnderAnotherNameIsFound() throws IOException {
    finds(
        NameRules.JDBC,
        "java.sql.Connection",
        "package dev.pennyworth.agentloop; class Turns { java.sql.Connection connection; }");
  }

  @Test
  void aLambdaOnAHandleCountsAsTouchingTheDatabase() throws IOException {
    finds(NameRules.JDBC, "org.jdbi", OPENS_A_BLOCK);
  }

  @Test
  void aListedTransactionBlockIsLeftAlone() throws IOException {
    NameRules.jdbc(Set.of("Turns")).check(Compiled.in(folder, OPENS_A_BLOCK));
  }

  @Test
  void aStatementInAListedTransactionBlockIsFound() throws IOException {
    finds(NameRules.jdbc(Set.of("Turns")), "Handle.execute", HOLDS_A_STATEMENT);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "package dev.pennyworth.agentloop; class JdbcTurns { java.sql.Connection connection; }",
        "package dev.pennyworth.agentloop; class TurnWiring { javax.sql.DataSource source; }",
        "package dev.pennyworth.migrations; class Schema { javax.sql.DataSource source; }",
        """
        package dev.pennyworth.botsapi;
        class Pennyworth {
          javax.sql.DataSource source;
          public static void main(String[] arguments) {}
        }
        """
      })
  void aClassWhoseNameTellsOfTheDatabaseIsLeftAlone(String source) throws IOException {
    NameRules.JDBC.check(Compiled.in(folder, source));
  }

  @Test
  void aClassThatTouchesHttpUnderAnotherNameIsFound() throws IOException {
    finds(
        NameRules.HTTP_CLIENTS,
        "java.net.http.HttpClient",
        "package dev.pennyworth.agentloop; class Weather { java.net.http.HttpClient client; }");
  }

  @Test
  void aClassWhoseNameTellsOfHttpIsLeftAlone() throws IOException {
    NameRules.HTTP_CLIENTS.check(
        Compiled.in(
            folder,
            """
            package dev.pennyworth.agentloop;
            class HttpWeather {
              interface Answer {
                java.net.http.HttpClient client();
              }
            }
            """,
            "package dev.pennyworth.agentloop; class Wiring { java.net.http.HttpClient client; }"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "@io.micronaut.http.annotation.Controller class Bots {}",
        "class BotsController {}",
        "class Bots { @io.micronaut.http.annotation.Controller class InnerController {} }"
      })
  void aMisnamedControllerIsFound(String type) throws IOException {
    finds(NameRules.CONTROLLERS, "Controller", "package dev.pennyworth.botsapi; " + type);
  }

  @Test
  void aControllerWithItsNameIsLeftAlone() throws IOException {
    NameRules.CONTROLLERS.check(
        Compiled.in(
            folder,
            """
            package dev.pennyworth.botsapi;
            @io.micronaut.http.annotation.Controller
            class BotsController {
              record Answer(int bots) {}
            }
            """));
  }

  @Test
  void bouncyCastleOutsideTheSecretsRoomIsFound() throws IOException {
    finds(
        NameRules.BOUNCY_CASTLE,
        "org.bouncycastle",
        "package dev.pennyworth.botsapi; class Seal { org.bouncycastle.crypto.Digest digest; }");
  }

  @Test
  void bouncyCastleInTheSecretsRoomIsLeftAlone() throws IOException {
    NameRules.BOUNCY_CASTLE.check(
        Compiled.in(
            folder,
            """
            package dev.pennyworth.botsapi.secrets;
            class Seal {
              org.bouncycastle.crypto.Digest digest;
            }
            """));
  }

  @Test
  void aClassThatStartsAProcessUnderAnotherNameIsFound() throws IOException {
    finds(
        NameRules.PROCESSES,
        "java.lang.ProcessBuilder",
        "package dev.pennyworth.agentloop; class Shell { ProcessBuilder builder; }");
  }

  @Test
  void aClassWhoseNameTellsOfProcessesIsLeftAlone() throws IOException {
    NameRules.PROCESSES.check(
        Compiled.in(
            folder,
            "package dev.pennyworth.agentloop; class ProcessShell { ProcessBuilder builder; }",
            "package dev.pennyworth.migrations; class Command { Process process; }"));
  }

  @Test
  void aPlatformsLibraryUnderAnotherNameIsFound() throws IOException {
    finds(
        NameRules.PLATFORMS,
        "com.slack.api.Slack",
        "package dev.pennyworth.connectors; class DiscordSender { com.slack.api.Slack slack; }",
        "package com.slack.api; public class Slack {}");
  }

  @Test
  void aPlatformsLibraryUnderItsNameIsLeftAlone() throws IOException {
    NameRules.PLATFORMS.check(
        Compiled.in(
            folder,
            "package dev.pennyworth.connectors; class SlackSender { com.slack.api.Slack slack; }",
            "package com.slack.api; public class Slack {}"));
  }

  private void finds(ArchRule rule, String expected, String... sources) throws IOException {
    assertFinds(rule, Compiled.in(folder, sources), expected);
  }
}
