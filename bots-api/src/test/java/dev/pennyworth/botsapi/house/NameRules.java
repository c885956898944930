package dev.pennyworth.botsapi.house;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static dev.pennyworth.botsapi.house.Conditions.isBelow;
import static dev.pennyworth.botsapi.house.Modules.fileClass;
import static dev.pennyworth.botsapi.house.Modules.isWiring;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.ArchRule;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/// A class's name says which outside world it touches.
final class NameRules {
  /// Classes that open a transaction as a visible block and hand its `Handle` on to `Jdbc*`
  /// classes. They may name `Jdbi` and `Handle`; a statement of their own is still refused. Simple
  /// names.
  static final Set<String> TRANSACTION_BLOCKS =
      Set.of(
          "Alongside", // what others write in the commit that moves money
          "BalanceController", // auto-reload and its note in the audit log are written together
          "ClaimedWrites", // a turn writes under its claim, with what it books
          "Accounts", // an account, its team and its workspace are made together
          "BotController", // a bot and its idempotent answer are written together
          "Deposits", // a payment and its idempotent answer are written together
          "BotDesk", // a bot and its budgets are read on one connection
          "TestChats", // a conversation and what was said are read on one connection
          "BotLogsController", // several figures are read on one connection
          "Members", // a member, his keys and the audit log are changed together
          "TeamController", // a change of members and its check are one transaction
          "BillingController", // a plan and its idempotent answer are written together
          "BillingViews", // limits and what is spent of them are read on one connection
          "EstimateController", // a bot is read on a connection of its own
          "BotConnections", // a bot's status and its note in the audit log are written together
          "ParkedTurnsController", // a decision and its idempotent answer are written together
          "OwnersBots", // a bot, its limits and its secrets are written together
          "PricesController", // new prices and who published them are written together
          "Penny", // answers StarterBot
          "Endpoints", // an endpoint is locked, looked at and changed together
          "WebhookEndpointController", // an endpoint and its idempotent answer are written together
          "MessageTurn", // a charge, the reply and its outbox row are written together
          "ModelStep", // a hold and its step are written together
          "TurnAssembly", // a turn is put together in one transaction
          "ToolSteps", // the steps of parallel calls are written together
          "OwnersWorkspaces", // a workspace is locked, looked at and changed together
          "OwnersTools", // a tool, its price and its note in the audit log are written together
          "OwnersServers", // a server and its note in the audit log are written together
          "OwnersMcpTools", // what is set for a tool, and its price, are written together
          "WorkspaceController", // a workspace and its idempotent answer are written together
          "ToolController", // a tool and its idempotent answer are written together
          "McpServerController", // a server and its idempotent answer are written together
          "FirstRun", // the first owner and the starter bot are made together
          "StarterBot"); // a port that joins the transaction of FirstRun

  private static final Set<String> OF_A_TRANSACTION_BLOCK =
      Set.of(
          "org.jdbi.v3.core.Jdbi",
          "org.jdbi.v3.core.Handle",
          "org.jdbi.v3.core.HandleCallback",
          "org.jdbi.v3.core.HandleConsumer");

  private static final String[] DATABASE = {
    "java.sql",
    "javax.sql",
    "org.jdbi",
    "org.postgresql",
    "org.flywaydb",
    "com.zaxxer.hikari",
    "com.github.kagkarlsson"
  };

  private static final String[] HTTP = {
    "java.net.http",
    "okhttp3",
    "com.anthropic.client",
    "com.anthropic.core.http",
    "com.openai.client",
    "com.openai.core.http",
    "com.sun.net.httpserver",
    "io.micronaut.http.client"
  };

  private static final Map<String, String> PREFIX_OF_PLATFORM =
      Map.of(
          "org.telegram", "Telegram",
          "net.dv8tion.jda", "Discord",
          "com.slack", "Slack",
          "com.stripe", "Stripe");

  private static final String CONTROLLER = "io.micronaut.http.annotation.Controller";

  static final ArchRule JDBC = jdbc(TRANSACTION_BLOCKS);

  static final ArchRule HTTP_CLIENTS =
      classes()
          .should(
              Conditions.refuseUses(
                  "touch HTTP only if named Http*",
                  use ->
                      isBelow(use.getTargetClass(), HTTP)
                          && !isNamed(use.getOriginClass(), "Http")
                          && !isWiring(use.getOriginClass())))
          .because("who reads a name must know what it reaches: rename it, or take a port");

  static final ArchRule CONTROLLERS =
      classes()
          .should(Conditions.refuse("be named *Controller if they are one", NameRules::misnamed))
          .because("an endpoint is found by its name");

  static final ArchRule BOUNCY_CASTLE =
      classes()
          .should(
              Conditions.refuseUses(
                  "leave Bouncy Castle to the secrets room",
                  use ->
                      isBelow(use.getTargetClass(), "org.bouncycastle")
                          && !isBelow(use.getOriginClass(), Modules.ROOT + "botsapi.secrets")
                          && !isNamed(use.getOriginClass(), "DiscordSignature")))
          .because("secrets are sealed in one place (and Discord signs with Ed25519)");

  static final ArchRule PLATFORMS =
      classes()
          .should(
              Conditions.refuseUses(
                  "touch a platform's library only if named after the platform",
                  NameRules::isOfAnotherPlatform))
          .because("an adapter is thin, and what is behind it knows no platform");

  static final List<ArchRule> ALL =
      List.of(JDBC, HTTP_CLIENTS, CONTROLLERS, BOUNCY_CASTLE, PLATFORMS);

  private NameRules() {}

  static ArchRule jdbc(Set<String> transactionBlocks) {
    return classes()
        .should(
            Conditions.refuse(
                "touch the database only if named Jdbc*",
                type -> databaseUses(type, transactionBlocks)))
        .because(
            "who reads a name must know what it reaches: move the statement to a Jdbc* class; a"
                + " class that only opens a transaction joins NameRules.TRANSACTION_BLOCKS");
  }

  private static Stream<String> databaseUses(JavaClass type, Set<String> transactionBlocks) {
    if (isNamed(type, "Jdbc") || isWiring(type) || isBelow(type, Modules.ROOT + "migrations")) {
      return Stream.empty();
    }
    var uses =
        type.getDirectDependenciesFromSelf().stream()
            .filter(use -> isBelow(use.getTargetClass(), DATABASE));
    if (!transactionBlocks.contains(fileClass(type).getSimpleName())) {
      return uses.map(Dependency::getDescription);
    }
    var beyondABlock =
        uses.filter(use -> !OF_A_TRANSACTION_BLOCK.contains(use.getTargetClass().getName()))
            .map(Dependency::getDescription);
    var statements =
        type.getAccessesFromSelf().stream()
            .filter(access -> access.getTargetOwner().getName().equals("org.jdbi.v3.core.Handle"))
            .map(JavaAccess::getDescription);
    return Stream.concat(beyondABlock, statements);
  }

  private static Stream<String> misnamed(JavaClass type) {
    if (!type.isTopLevelClass()) {
      return type.isAnnotatedWith(CONTROLLER)
          ? Stream.of(type.getDescription() + " is a @Controller inside another class")
          : Stream.empty();
    }
    var isController = type.isAnnotatedWith(CONTROLLER);
    var isNamedSo = type.getSimpleName().endsWith("Controller");
    if (isController == isNamedSo) {
      return Stream.empty();
    }
    return Stream.of(
        type.getDescription()
            + (isController
                ? " is a @Controller and not named *Controller"
                : " is named *Controller and is no @Controller"));
  }

  private static boolean isOfAnotherPlatform(Dependency use) {
    return PREFIX_OF_PLATFORM.entrySet().stream()
        .anyMatch(platform ->
            isBelow(use.getTargetClass(), platform.getKey())
                && !isNamed(use.getOriginClass(), platform.getValue())
                && !isWiring(use.getOriginClass()));
  }

  private static boolean isNamed(JavaClass type, String prefix) {
    return fileClass(type).getSimpleName().startsWith(prefix);
  }
}
