package dev.pennyworth.migrations;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

/// The folder of one embedded server, and where everything in it is.
///
/// @param folder absolute, without symbolic links, so that it compares with what a process names
/// @param binaries where the server is unpacked; in the folder, unless a test shares it
/// @param serverOptions `name=value` settings beyond the usual; production has none
record PostgresHome(Path folder, Path binaries, List<String> serverOptions) {

  PostgresHome {
    serverOptions = List.copyOf(serverOptions);
  }

  /// Makes the folder, for its owner alone, where it is missing.
  static PostgresHome at(Path folder) {
    var real = realFolder(folder);
    return new PostgresHome(
        real, real.resolve("postgresql-" + PostgresBinaries.VERSION), List.of());
  }

  private static Path realFolder(Path folder) {
    try {
      var ownerOnly =
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
      if (!Files.isDirectory(folder)) {
        Files.createDirectories(folder, ownerOnly);
      }
      var real = folder.toRealPath();
      Files.createDirectories(real.resolve("logs"), ownerOnly);
      return real;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (UnsupportedOperationException e) {
      throw new DatabaseException(
          "The embedded database runs on Linux and macOS only. Name a PostgreSQL 15 or newer in PENNYWORTH_DATABASE_URL.",
          e);
    }
  }

  Path program(String name) {
    return binaries.resolve("bin").resolve(name);
  }

  Path data() {
    return folder.resolve("data-" + PostgresBinaries.MAJOR_VERSION);
  }

  Path passwordFile() {
    return folder.resolve("postgres.password");
  }

  Path portFile() {
    return folder.resolve("postgres.port");
  }

  Path lockFile() {
    return folder.resolve("postgres.lock");
  }

  Path logFile() {
    return folder.resolve("logs").resolve("postgresql.log");
  }

  /// Where the output of a tool goes, overwritten by each run.
  Path toolLogFile(String tool) {
    return folder.resolve("logs").resolve(tool + ".log");
  }
}
