package dev.pennyworth.agentloop;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// Programs of Node.js, for tests against what others have written in it: a folder of
/// `src/test/npm` with its `package.json` and `package-lock.json` is installed into `target/npm`,
/// once, and scripts run there. A test that needs it is skipped where there is no Node.js, or where
/// its packages cannot be fetched; with `-Dtest.node=required` it fails.
public final class TestingNode {
  private static final Duration INSTALL_MAX = Duration.ofMinutes(3);
  private static final Duration RUN_MAX = Duration.ofMinutes(2);
  private static final String INSTALLED = "installed-lock.json";

  private final Path folder;

  private TestingNode(Path folder) {
    this.folder = folder;
  }

  /// The installed folder of that name. Tests that run beside this one wait while it is installed.
  public static synchronized TestingNode installed(String name) {
    require(runs("node", "--version"), "there is no node on this machine");
    require(runs("npm", "--version"), "there is no npm on this machine");
    var folder = Path.of("target", "npm", name);
    try {
      Files.createDirectories(folder);
      try (var lock = FileChannel.open(folder.resolveSibling(name + ".lock"), CREATE, WRITE)) {
        var _ = lock.lock();
        copy(source(name), folder);
        if (!isInstalled(name, folder)) {
          install(name, folder);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new TestingNode(folder);
  }

  private static void require(boolean isThere, String otherwise) {
    if ("required".equals(System.getProperty("test.node"))) {
      assertThat(isThere).as("-Dtest.node=required, but " + otherwise).isTrue();
    }
    assumeTrue(isThere, "skipped: " + otherwise);
  }

  /// Where it is installed, for programs that are started by others.
  public Path folder() {
    return folder.toAbsolutePath();
  }

  /// What a script prints.
  public String run(String script, String... arguments) {
    var command = new ArrayList<>(List.of("node", script));
    command.addAll(List.of(arguments));
    var result = run(folder, RUN_MAX, command);
    assertThat(result.exitCode()).as(result.errors()).isZero();
    return result.output();
  }

  private static Path source(String name) {
    return Path.of("src", "test", "npm", name);
  }

  private static boolean isInstalled(String name, Path folder) throws IOException {
    var installed = folder.resolve(INSTALLED);
    return Files.exists(installed)
        && Files.mismatch(installed, source(name).resolve("package-lock.json")) < 0;
  }

  private static void copy(Path from, Path to) throws IOException {
    try (var files = Files.list(from)) {
      for (var file : files.toList()) {
        Files.copy(file, to.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
      }
    }
  }

  private static void install(String name, Path folder) throws IOException {
    var command =
        List.of("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline");
    var result = run(folder, INSTALL_MAX, command);
    require(result.exitCode() == 0, "npm cannot install %s: %s".formatted(folder, result.errors()));
    Files.copy(
        source(name).resolve("package-lock.json"),
        folder.resolve(INSTALLED),
        StandardCopyOption.REPLACE_EXISTING);
  }

  private static boolean runs(String... command) {
    try {
      return run(Path.of("."), RUN_MAX, List.of(command)).exitCode() == 0;
    } catch (UncheckedIOException _) {
      return false; // there is no such program
    }
  }

  private record Result(int exitCode, String output, String errors) {}

  private static Result run(Path folder, Duration patience, List<String> command) {
    try {
      var output = Files.createTempFile(Files.createDirectories(Path.of("target")), "node", ".out");
      var errors = Files.createTempFile(Path.of("target"), "node", ".err");
      var process =
          new ProcessBuilder(command)
              .directory(folder.toFile())
              .redirectOutput(output.toFile())
              .redirectError(errors.toFile())
              .start();
      process.getOutputStream().close();
      try {
        if (!process.waitFor(patience.toSeconds(), TimeUnit.SECONDS)) {
          return new Result(-1, "", "it did not end in time: " + Files.readString(errors));
        }
        return new Result(
            process.exitValue(),
            Files.readString(output, StandardCharsets.UTF_8),
            Files.readString(errors, StandardCharsets.UTF_8));
      } finally {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        Files.deleteIfExists(output);
        Files.deleteIfExists(errors);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
