package dev.pennyworth.migrations;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Optional;

/// A running server: started by us, or found running and taken over.
///
/// A start that fails is tried again, a bounded number of times, for two causes only: the port was
/// taken in the meantime, or processes of a killed server have not died yet.
final class PostgresServer {
  static final String ADDRESS = "127.0.0.1";
  private static final Duration STOP_TIMEOUT = Duration.ofSeconds(15);
  private static final Duration IMMEDIATE_STOP_TIMEOUT = Duration.ofSeconds(5);

  /// Long, because a start after a crash replays the log first.
  private static final Duration START_TIMEOUT = Duration.ofMinutes(2);

  private static final Duration POLL_INTERVAL = Duration.ofMillis(10);
  private static final Duration RETRY_INTERVAL = Duration.ofMillis(200);
  private static final int STARTS_MAX = 50;
  private static final long LOG_BYTES_MAX = 16L << 20;

  private final PostgresPrograms programs;
  private final ProcessHandle process;
  private final int port;

  private PostgresServer(PostgresPrograms programs, ProcessHandle process, int port) {
    this.programs = programs;
    this.process = process;
    this.port = port;
  }

  static PostgresServer start(PostgresHome home, PostgresPrograms programs) {
    var deadline = Deadline.in(START_TIMEOUT);
    var orphan = takeOver(home, programs, deadline);
    return orphan.isPresent() ? orphan.get() : launch(home, programs, deadline);
  }

  private static Optional<PostgresServer> takeOver(
      PostgresHome home, PostgresPrograms programs, Deadline deadline) {
    return PostmasterPid.read(home.data())
        .flatMap(PostmasterPid::process)
        .flatMap(process -> awaitReady(home, programs, process, deadline));
  }

  private static PostgresServer launch(
      PostgresHome home, PostgresPrograms programs, Deadline deadline) {
    rotateLog(home);
    for (var start = 1; start <= STARTS_MAX; start++) {
      // Nobody alive stands behind this file, and PostgreSQL would believe any process that has
      // the number. Two servers are still impossible: each holds shared memory named after the
      // data folder.
      PostmasterPid.delete(home.data());
      var logOffset = logSize(home);
      var process = programs.startServer(choosePort(home)).toHandle();
      var server = awaitReady(home, programs, process, deadline);
      if (server.isPresent()) {
        rememberPort(home, server.get().port);
        return server.get();
      }
      var log = Command.tail(home.logFile(), logOffset);
      if (!isWorthAnotherStart(log)) {
        throw new DatabaseException(
            "The embedded database did not start. See %s: %s".formatted(home.logFile(), log));
      }
      Deadline.pause(RETRY_INTERVAL);
    }
    throw new DatabaseException(
        "The embedded database did not start in %d tries. See %s."
            .formatted(STARTS_MAX, home.logFile()));
  }

  private static boolean isWorthAnotherStart(String log) {
    return log.contains("could not create any TCP/IP sockets")
        || log.contains("pre-existing shared memory block");
  }

  /// Empty when the process dies instead.
  private static Optional<PostgresServer> awaitReady(
      PostgresHome home, PostgresPrograms programs, ProcessHandle process, Deadline deadline) {
    while (process.isAlive()) {
      var claim =
          PostmasterPid.read(home.data())
              .filter(file -> file.processId() == process.pid() && file.isReady());
      if (claim.isPresent()) {
        return Optional.of(new PostgresServer(programs, process, claim.get().port()));
      }
      if (deadline.hasPassed()) {
        throw new DatabaseException(
            "The embedded database (process %d) is not ready after %d s. See %s; start again once it is."
                .formatted(process.pid(), START_TIMEOUT.toSeconds(), home.logFile()));
      }
      Deadline.pause(POLL_INTERVAL);
    }
    return Optional.empty();
  }

  private static int choosePort(PostgresHome home) {
    try {
      var remembered =
          Files.exists(home.portFile()) ? Files.readString(home.portFile()).strip() : "";
      return remembered.matches("[1-9][0-9]{0,4}") && isFree(Integer.parseInt(remembered))
          ? Integer.parseInt(remembered)
          : freePort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean isFree(int port) {
    try (var socket = new ServerSocket()) {
      socket.bind(new InetSocketAddress(InetAddress.ofLiteral(ADDRESS), port));
      return true;
    } catch (IOException | IllegalArgumentException _) {
      return false;
    }
  }

  private static int freePort() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.ofLiteral(ADDRESS))) {
      return socket.getLocalPort();
    }
  }

  private static void rememberPort(PostgresHome home, int port) {
    try {
      Files.writeString(home.portFile(), Integer.toString(port));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static long logSize(PostgresHome home) {
    try {
      return Files.exists(home.logFile()) ? Files.size(home.logFile()) : 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void rotateLog(PostgresHome home) {
    if (logSize(home) <= LOG_BYTES_MAX) {
      return;
    }
    try {
      Files.move(
          home.logFile(),
          home.logFile().resolveSibling("postgresql.1.log"),
          StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  int port() {
    return port;
  }

  long processId() {
    return process.pid();
  }

  /// Stops the server: as asked, then at once, then by force.
  void stop(StopMode mode) {
    if (!process.isAlive()
        || programs.stopServer(mode, STOP_TIMEOUT)
        || programs.stopServer(StopMode.IMMEDIATE, IMMEDIATE_STOP_TIMEOUT)) {
      return;
    }
    process.destroyForcibly();
  }
}
