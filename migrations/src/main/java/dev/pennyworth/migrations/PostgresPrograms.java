package dev.pennyworth.migrations;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// The three programs we run, `initdb`, `postgres` and `pg_ctl`, with the settings we want.
///
/// What must hold stands on the command line of the server. What an operator may tune is written to
/// `postgresql.conf` once, when the data folder is made.
final class PostgresPrograms {
  private static final Duration INITDB_TIMEOUT = Duration.ofMinutes(3);

  private static final List<String> TUNABLE_SETTINGS =
      List.of(
          "max_connections=100",
          "shared_buffers=128MB",
          "effective_cache_size=1GB",
          "max_wal_size=1GB",
          "wal_compression=pglz",
          "log_checkpoints=off",
          "log_timezone=UTC",
          "timezone=UTC");

  private final PostgresHome home;
  private final RunAs runAs;

  PostgresPrograms(PostgresHome home, RunAs runAs) {
    this.home = home;
    this.runAs = runAs;
  }

  void handOver(Path path) {
    runAs.handOver(path);
  }

  /// Fills an empty folder. Texts sort by code point, the same on every machine.
  void initialize(Path data, Path passwordFile) {
    var arguments =
        new ArrayList<>(
            List.of(
                "--pgdata=" + data,
                "--username=" + EmbeddedPostgres.USER,
                "--pwfile=" + passwordFile,
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale=C",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
                "--no-instructions"));
    TUNABLE_SETTINGS.forEach(setting -> arguments.add("--set=" + setting));
    var outcome =
        Command.run(line("initdb", arguments), home.toolLogFile("initdb"), INITDB_TIMEOUT);
    if (!outcome.hasSucceeded()) {
      throw new DatabaseException(
          "The folder of the embedded database could not be made. See %s: %s"
              .formatted(home.toolLogFile("initdb"), outcome.output()));
    }
  }

  /// Starts the server in a session of its own, where there is a program for that.
  Process startServer(int port) {
    var arguments = new ArrayList<>(List.of("-D", home.data().toString()));
    var settings =
        new ArrayList<>(
            List.of(
                "listen_addresses=" + PostgresServer.ADDRESS,
                "port=" + port,
                "unix_socket_directories=",
                "logging_collector=off",
                "lc_messages=C"));
    settings.addAll(home.serverOptions());
    settings.forEach(setting -> arguments.addAll(List.of("-c", setting)));
    var line = new ArrayList<String>();
    RunAs.findProgram("setsid").ifPresent(line::add);
    line.addAll(line("postgres", arguments));
    return Command.start(line, home.logFile());
  }

  /// Asks the server to stop and waits for it.
  boolean stopServer(StopMode mode, Duration timeout) {
    var arguments =
        List.of(
            "stop",
            "--pgdata=" + home.data(),
            "--mode=" + mode.word(),
            "--timeout=" + timeout.toSeconds());
    return Command.run(
            line("pg_ctl", arguments), home.toolLogFile("pg_ctl"), timeout.plusSeconds(1))
        .hasSucceeded();
  }

  private List<String> line(String program, List<String> arguments) {
    var line = new ArrayList<>(runAs.prefix());
    line.add(home.program(program).toString());
    line.addAll(arguments);
    return line;
  }
}
