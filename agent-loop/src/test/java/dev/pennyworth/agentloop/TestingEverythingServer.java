package dev.pennyworth.agentloop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/// The MCP server that the protocol's authors test their clients with, from npm, in a process of
/// its own. It is installed once, as `src/test/npm` pins it.
///
/// Without node and npm its tests are skipped; with `-Dtest.node=required` they fail.
final class TestingEverythingServer implements AutoCloseable {
  private static final Path PINNED = Path.of("src/test/npm");
  private static final Path FOLDER = Path.of("target/npm");
  private static final String PROGRAM =
      "node_modules/@modelcontextprotocol/server-everything/dist/index.js";
  private static final long INSTALL_SECONDS_MAX = 180;

  private final Process process;
  private final int port;

  private TestingEverythingServer(Process process, int port) {
    this.process = process;
    this.port = port;
  }

  static TestingEverythingServer start() throws IOException, InterruptedException {
    requireNode();
    install();
    int port = freePort();
    var builder = new ProcessBuilder("node", PROGRAM, "streamableHttp");
    builder.environment().keySet().retainAll(Set.of("PATH", "HOME"));
    builder.environment().put("PORT", Integer.toString(port));
    var process = inFolder(builder).start();
    var server = new TestingEverythingServer(process, port);
    Eventually.holds("the MCP server listens", server::isListening);
    return server;
  }

  /// How it is started on standard input and output, by whoever wants it. It is installed then.
  static McpPrograms.Program program(String name) throws IOException, InterruptedException {
    requireNode();
    install();
    var file = FOLDER.resolve(PROGRAM).toAbsolutePath().toString();
    return new McpPrograms.Program(name, "node", List.of(file, "stdio"), Map.of());
  }

  URI url() {
    return URI.create("http://127.0.0.1:" + port + "/mcp");
  }

  private static void requireNode() {
    boolean isThere = isRunning("node") && isRunning("npm");
    if ("required".equals(System.getProperty("test.node"))) {
      assertThat(isThere).as("node and npm are there, as -Dtest.node=required wants").isTrue();
    }
    Assumptions.assumeTrue(isThere, "Skipped: there is no node and npm to run an MCP server with.");
  }

  private static boolean isRunning(String program) {
    try {
      var process =
          new ProcessBuilder(program, "--version")
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      return process.waitFor() == 0;
    } catch (IOException _) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static void install() throws IOException, InterruptedException {
    Files.createDirectories(FOLDER);
    var done = FOLDER.resolve("installed.json");
    var pinned = PINNED.resolve("package-lock.json");
    if (Files.exists(done) && Files.mismatch(done, pinned) < 0) {
      return;
    }
    for (var name : List.of("package.json", "package-lock.json")) {
      Files.copy(PINNED.resolve(name), FOLDER.resolve(name), StandardCopyOption.REPLACE_EXISTING);
    }
    var npm =
        inFolder(new ProcessBuilder("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"))
            .start();
    boolean hasEnded = npm.waitFor(INSTALL_SECONDS_MAX, TimeUnit.SECONDS);
    npm.destroyForcibly();
    assertThat(hasEnded && npm.exitValue() == 0)
        .as("npm installed the MCP server; see %s", FOLDER.resolve("log"))
        .isTrue();
    Files.copy(pinned, done, StandardCopyOption.REPLACE_EXISTING);
  }

  private static ProcessBuilder inFolder(ProcessBuilder builder) {
    var log = ProcessBuilder.Redirect.appendTo(FOLDER.resolve("log").toFile());
    return builder.directory(FOLDER.toFile()).redirectErrorStream(true).redirectOutput(log);
  }

  private static int freePort() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private boolean isListening() {
    assertThat(process.isAlive()).as("the MCP server runs").isTrue();
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (IOException _) {
      return false;
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
