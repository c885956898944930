package dev.pennyworth.migrations;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// What a server says of itself in `postmaster.pid`, in its data folder. It is a claim: a server
/// that was killed leaves the file behind, and its number may by now belong to any process.
///
/// Source: postgresql.org, src/include/utils/pidfile.h.
record PostmasterPid(Path data, long processId, int port, String status) {
  private static final int PROCESS_ID_LINE = 0;
  private static final int PORT_LINE = 3;
  private static final int STATUS_LINE = 7;

  /// Empty when there is no such file, or when it is not written to its end yet.
  static Optional<PostmasterPid> read(Path data) {
    try {
      return parse(data, Files.readAllLines(file(data)));
    } catch (NoSuchFileException _) {
      return Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Optional<PostmasterPid> parse(Path data, List<String> lines) {
    if (lines.size() <= PORT_LINE) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new PostmasterPid(
              data,
              Long.parseLong(lines.get(PROCESS_ID_LINE).strip()),
              Integer.parseInt(lines.get(PORT_LINE).strip()),
              lines.size() > STATUS_LINE ? lines.get(STATUS_LINE).strip() : ""));
    } catch (NumberFormatException _) {
      return Optional.empty();
    }
  }

  static void delete(Path data) {
    try {
      Files.deleteIfExists(file(data));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Path file(Path data) {
    return data.resolve("postmaster.pid");
  }

  boolean isReady() {
    return status.equals("ready");
  }

  /// The process, if it lives and is a postgres on this data folder.
  Optional<ProcessHandle> process() {
    return ProcessHandle.of(processId)
        .filter(ProcessHandle::isAlive)
        .filter(process -> serves(process.info(), data));
  }

  private static boolean serves(ProcessHandle.Info process, Path data) {
    var arguments = Arrays.asList(process.arguments().orElse(new String[0]));
    var option = arguments.indexOf("-D");
    var isPostgres =
        process.command().map(command -> Path.of(command).endsWith("postgres")).orElse(true);
    return isPostgres
        && option >= 0
        && option + 1 < arguments.size()
        && arguments.get(option + 1).equals(data.toString());
  }
}
