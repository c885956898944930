package dev.pennyworth.botsapi;

import com.zaxxer.hikari.HikariDataSource;
import dev.pennyworth.agentloop.HttpLocalServers;
import dev.pennyworth.agentloop.McpPrograms;
import dev.pennyworth.agentloop.McpProgramsRefused;
import dev.pennyworth.agentloop.Worker;
import dev.pennyworth.billing.JdbcOperatorPrices;
import dev.pennyworth.billing.PriceFileRefused;
import dev.pennyworth.botsapi.accounts.JdbcAccounts;
import dev.pennyworth.botsapi.accounts.JdbcApiKeys;
import dev.pennyworth.botsapi.events.CallbackRelay;
import dev.pennyworth.botsapi.events.EventRelay;
import dev.pennyworth.botsapi.secrets.JdbcMasterKeyCheck;
import dev.pennyworth.botsapi.secrets.MasterKey;
import dev.pennyworth.botsapi.secrets.MasterKeyFile;
import dev.pennyworth.botsapi.secrets.PasswordHasher;
import dev.pennyworth.botsapi.secrets.Sealer;
import dev.pennyworth.botsapi.timers.JdbcTimers;
import dev.pennyworth.connectors.PlatformRelay;
import dev.pennyworth.connectors.PlatformSlots;
import dev.pennyworth.migrations.DatabaseException;
import dev.pennyworth.migrations.EmbeddedPostgres;
import dev.pennyworth.migrations.Schema;
import io.micronaut.context.ApplicationContext;
import io.micronaut.context.RuntimeBeanDefinition;
import io.micronaut.http.server.exceptions.ServerStartupException;
import io.micronaut.runtime.exceptions.ApplicationStartupException;
import io.micronaut.runtime.server.EmbeddedServer;
import java.io.IOException;
import java.io.PrintStream;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.sql.DataSource;
import org.jdbi.v3.core.Jdbi;

/// The program. A start reads from top to bottom in [#start]; a stop is the same list upwards.
public final class Pennyworth implements AutoCloseable {
  private final StopList running;
  private final ApplicationContext application;
  private final URI address;

  private Pennyworth(StopList running, ApplicationContext application, URI address) {
    this.running = running;
    this.application = application;
    this.address = address;
  }

  /// Runs until a signal stops it. Exits with 1, and a text that says what to do, if it cannot
  /// start. With the name of an [JdbcOfflineCommand] it does that instead, and exits.
  public static void main(String[] arguments) throws InterruptedException {
    var running = new StopList();
    var hook = Thread.ofPlatform().name("stop").unstarted(running::close);
    Runtime.getRuntime().addShutdownHook(hook);
    try {
      if (arguments.length > 0) {
        System.exit(
            JdbcOfflineCommand.run(List.of(arguments), System.getenv(), System.out, running));
      }
      start(System.getenv(), BotsApiWiring.systemClock(), System.out, running);
    } catch (StartRefused | DatabaseException e) {
      System.err.println();
      System.err.println(e.getMessage());
      System.exit(1);
    } catch (RuntimeException e) {
      e.printStackTrace();
      System.exit(1);
    }
    Thread.currentThread().join();
  }

  /// Starts everything.
  ///
  /// @param variables the environment
  /// @param out where the greeting goes
  /// @throws StartRefused if the operator can do something about it
  /// @throws DatabaseException if there is no database to be had
  public static Pennyworth start(
      Map<String, String> variables, InstantSource clock, PrintStream out) {
    return start(variables, clock, out, new StopList());
  }

  private static Pennyworth start(
      Map<String, String> variables, InstantSource clock, PrintStream out, StopList running) {
    try {
      var configuration = onAFreePort(Configuration.read(variables));
      var home = home(configuration.home());
      var programs = mcpPrograms(home);
      var random = BotsApiWiring.systemRandom();
      var masterKey = masterKey(configuration, home, random);
      var database = running.add(database(configuration, home, running));
      Schema.migrate(database);
      checkMasterKey(database, masterKey, configuration, home, random);
      var application =
          running.add(application(configuration, database, masterKey, programs, clock));
      running.add(new Drain(application));
      loadPrices(application);
      var made = firstRun(application, configuration);
      application.getBean(Worker.class).start(configuration.databaseUrl().isEmpty());
      application.getBean(EventRelay.class).start();
      application.getBean(CallbackRelay.class).start();
      application.getBean(PlatformRelay.class).start();
      serve(application, configuration);
      application.getBean(PlatformSlots.class).start();
      running.add(application.getBean(JdbcTimers.class)).start();
      application.getBean(HttpLocalServers.class).start(configuration.port());
      writeAddress(home, configuration.localAddress());
      out.println(Greeting.text(configuration.localAddress(), made));
      return new Pennyworth(running, application, configuration.localAddress());
    } catch (RuntimeException e) {
      running.close();
      throw e;
    }
  }

  /// Where it listens.
  public URI address() {
    return address;
  }

  /// The object graph, for tests.
  ApplicationContext application() {
    return application;
  }

  /// Takes no new work, lets go on what runs for at most 28 s, then stops all.
  @Override
  public void close() {
    running.close();
  }

  /// Before anything is made: a first start that ended at the port would never show the owner's
  /// password, and the first bot's addresses name the port.
  private static Configuration onAFreePort(Configuration configuration) {
    try (var socket = new ServerSocket(configuration.port())) {
      return configuration.onPort(socket.getLocalPort());
    } catch (IOException e) {
      throw portTaken(configuration.port(), e);
    }
  }

  private static StartRefused portTaken(int port, Throwable cause) {
    return new StartRefused(
        "Port %d cannot be listened on: %s. Name another in PENNYWORTH_PORT, or 0 for a free one."
            .formatted(port, rootMessage(cause)),
        cause);
  }

  static Path home(Path home) {
    try {
      var folder = Files.createDirectories(home);
      System.setProperty("pennyworth.logs", folder.resolve("logs").toString());
      return folder;
    } catch (IOException e) {
      throw new StartRefused(
          "The data folder %s cannot be made. Name another in PENNYWORTH_HOME.".formatted(home), e);
    }
  }

  private static MasterKey masterKey(Configuration configuration, Path home, SecureRandom random) {
    return configuration.masterKey().orElseGet(() -> generatedMasterKey(home, random));
  }

  private static MasterKey generatedMasterKey(Path home, SecureRandom random) {
    var file = new MasterKeyFile(home, random);
    try {
      return file.readOrCreate()
          .orElseThrow(() ->
              new StartRefused(
                  "%s holds no master key (base64 of 32 bytes). Put back the file that belongs to this data, or set PENNYWORTH_MASTER_KEY."
                      .formatted(file.path())));
    } catch (IOException e) {
      throw new StartRefused(
          "The master key in %s can be neither read nor made. Check the file's owner and mode."
              .formatted(file.path()),
          e);
    }
  }

  static HikariDataSource database(Configuration configuration, Path home, StopList running) {
    return configuration
        .databaseUrl()
        .map(url -> JdbcPool.of(url.reveal()))
        .orElseGet(() -> JdbcPool.of(running.add(EmbeddedPostgres.start(home))));
  }

  private static void checkMasterKey(
      DataSource database,
      MasterKey masterKey,
      Configuration configuration,
      Path home,
      SecureRandom random) {
    var check = new JdbcMasterKeyCheck(Jdbi.create(database), new Sealer(masterKey, random));
    if (!check.passes()) {
      throw new StartRefused(
          "The master key is not the one that this database was sealed with. Set the right key in %s."
              .formatted(
                  configuration.masterKey().isPresent()
                      ? "PENNYWORTH_MASTER_KEY"
                      : "PENNYWORTH_MASTER_KEY, or put back " + home.resolve("master.key")));
    }
  }

  private static McpPrograms mcpPrograms(Path home) {
    try {
      return McpPrograms.read(home);
    } catch (McpProgramsRefused e) {
      throw new StartRefused(String.valueOf(e.getMessage()));
    }
  }

  private static ApplicationContext application(
      Configuration configuration,
      DataSource database,
      MasterKey masterKey,
      McpPrograms programs,
      InstantSource clock) {
    return ApplicationContext.builder()
        .mainClass(Pennyworth.class)
        .deduceEnvironment(false)
        .banner(false)
        .properties(Map.of("micronaut.server.port", configuration.port()))
        .singletons(configuration, database, masterKey, programs)
        .beanDefinitions(insteadOfTheFrameworksOwn(clock))
        .start();
  }

  /// The framework has a clock too, with nanoseconds that PostgreSQL does not keep.
  private static RuntimeBeanDefinition<InstantSource> insteadOfTheFrameworksOwn(
      InstantSource clock) {
    return RuntimeBeanDefinition.builder(InstantSource.class, () -> clock)
        .singleton(true)
        .replaces(InstantSource.class)
        .build();
  }

  /// Before anything asks for a price.
  private static void loadPrices(ApplicationContext application) {
    try {
      application.getBean(JdbcOperatorPrices.class).load();
    } catch (PriceFileRefused e) {
      throw new StartRefused(String.valueOf(e.getMessage()));
    }
  }

  private static Optional<FirstRun.Made> firstRun(
      ApplicationContext application, Configuration configuration) {
    return new FirstRun(
            application.getBean(Jdbi.class),
            application.getBean(JdbcAccounts.class),
            application.getBean(JdbcApiKeys.class),
            application.getBean(PasswordHasher.class),
            application.findBean(StarterBot.class),
            application.getBean(SecureRandom.class))
        .run(configuration.owner());
  }

  private static void serve(ApplicationContext application, Configuration configuration) {
    try {
      application.getBean(EmbeddedServer.class).start();
    } catch (ServerStartupException | ApplicationStartupException e) {
      throw portTaken(configuration.port(), e);
    }
  }

  private static String rootMessage(Throwable failure) {
    var cause = failure;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return String.valueOf(cause.getMessage());
  }

  private static void writeAddress(Path home, URI address) {
    try {
      Files.writeString(home.resolve("address"), address + System.lineSeparator());
    } catch (IOException e) {
      throw new StartRefused(
          "The address cannot be written to %s.".formatted(home.resolve("address")), e);
    }
  }
}
