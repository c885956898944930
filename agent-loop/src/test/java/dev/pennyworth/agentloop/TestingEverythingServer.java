package dev.pennyworth.agentloop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// The MCP server that the protocol's authors test their clients with, from npm, in a process of
/// its own, as `src/test/npm/everything` pins it.
final class TestingEverythingServer implements AutoCloseable {
  private static final String PROGRAM =
      "node_modules/@modelcontextprotocol/server-everything/dist/index.js";

  private final Process process;
  private final int port;

  private TestingEverythingServer(Process process, int port) {
    this.process = process;
    this.port = port;
  }

  static TestingEverythingServer start() throws IOException {
    var folder = installed();
    int port = freePort();
    var builder = new ProcessBuilder("node", PROGRAM, "streamableHttp");
    builder.environment().keySet().retainAll(Set.of("PATH", "HOME"));
    builder.environment().put("PORT", Integer.toString(port));
    var process = inFolder(folder, builder).start();
    var server = new TestingEverythingServer(process, port);
    Eventually.holds("the MCP server listens", server::isListening);
    return server;
  }

  /// How it is started on standard input and output, by whoever wants it. It is installed then.
  static McpPrograms.Program program(String name) {
    var file = installed().resolve(PROGRAM).toString();
    return new McpPrograms.Program(name, "node", List.of(file, "stdio"), Map.of());
  }

  URI url() {
    return URI.create("http://127.0.0.1:" + port + "/mcp");
  }

  private static Path installed() {
    return TestingNode.installed("everything").folder();
  }

  private static ProcessBuilder inFolder(Path folder, ProcessBuilder builder) {
    var log = ProcessBuilder.Redirect.appendTo(folder.resolve("log").toFile());
    return builder.directory(folder.toFile()).redirectErrorStream(true).redirectOutput(log);
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
