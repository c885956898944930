package dev.pennyworth.migrations;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// Runs programs with a bare environment: none of our secrets, and none of the `PG*` variables that
/// would lead PostgreSQL elsewhere.
final class Command {
  static final Duration SHORT_TIMEOUT = Duration.ofSeconds(30);
  private static final int OUTPUT_CHARACTERS_MAX = 4_000;

  private Command() {}

  /// How a program ended. One that was killed for taking too long has not succeeded.
  record Outcome(boolean hasSucceeded, String output) {}

  /// Runs a program to its end, its output in a file, which it replaces.
  static Outcome run(List<String> line, Path outputFile, Duration timeout) {
    try {
      Files.deleteIfExists(outputFile);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    var process = start(line, outputFile);
    if (!waitFor(process, timeout)) {
      process.destroyForcibly();
      return new Outcome(false, "no end within %d s.".formatted(timeout.toSeconds()));
    }
    return new Outcome(process.exitValue() == 0, tail(outputFile, 0));
  }

  /// Starts a program, its output appended to a file.
  static Process start(List<String> line, Path outputFile) {
    var builder =
        new ProcessBuilder(line)
            .redirectInput(new File("/dev/null"))
            .redirectOutput(ProcessBuilder.Redirect.appendTo(outputFile.toFile()))
            .redirectErrorStream(true)
            .directory(new File("/"));
    var environment = builder.environment();
    environment.clear();
    environment.put("PATH", RunAs.systemPath());
    environment.put("LC_ALL", "C");
    environment.put("TZ", "UTC");
    try {
      return builder.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean waitFor(Process process, Duration timeout) {
    try {
      return process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
      throw new DatabaseException("Interrupted while waiting for the embedded database.", e);
    }
  }

  /// The end of what a file holds from an offset in bytes on.
  static String tail(Path file, long offset) {
    try (var content = Files.newInputStream(file)) {
      content.skipNBytes(offset);
      var text = new String(content.readAllBytes(), UTF_8);
      return text.substring(Math.max(0, text.length() - OUTPUT_CHARACTERS_MAX)).strip();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
