package dev.pennyworth.migrations;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/// A Pennyworth in a process of its own, that starts the database of a folder and then waits to be
/// killed.
final class KilledPennyworth implements AutoCloseable {
  private final Process process;
  private final long serverProcessId;

  private KilledPennyworth(Process process, long serverProcessId) {
    this.process = process;
    this.serverProcessId = serverProcessId;
  }

  /// What runs in that process.
  @SuppressWarnings("SystemOut") // the line is how the test learns that the server runs
  public static void main(String[] arguments) throws IOException {
    var postgres = EmbeddedPostgres.start(TestingServer.productionHome(Path.of(arguments[0])));
    System.out.println(postgres.processId());
    var endOfInput = System.in.read();
    throw new IllegalStateException("the test should have killed this, not sent " + endOfInput);
  }

  static KilledPennyworth start(Path home) throws IOException {
    var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    var process =
        new ProcessBuilder(
                List.of(
                    java,
                    "-XX:TieredStopAtLevel=1",
                    "-cp",
                    System.getProperty("java.class.path"),
                    KilledPennyworth.class.getName(),
                    home.toString()))
            .redirectErrorStream(true)
            .start();
    // The first line is all there is of a success; a failure ends the process.
    var output = process.inputReader(UTF_8);
    var firstLine = output.readLine();
    if (firstLine == null || !firstLine.matches("[0-9]+")) {
      throw new IllegalStateException("the child process started no server: " + firstLine);
    }
    return new KilledPennyworth(process, Long.parseLong(firstLine));
  }

  long serverProcessId() {
    return serverProcessId;
  }

  /// As by `kill -9`.
  @Override
  public void close() {
    process.destroyForcibly().onExit().join();
  }
}
