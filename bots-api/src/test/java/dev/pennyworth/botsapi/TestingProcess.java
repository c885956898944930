package dev.pennyworth.botsapi;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// The program in a process of its own, as an operator starts it: its main class, its environment,
/// its data folder with the embedded database. It can be killed.
final class TestingProcess implements AutoCloseable {
  static final String PASSWORD = "correct horse battery";

  private static final Pattern IS_UP = Pattern.compile("Pennyworth is up at (http://\\S+)");
  private static final Duration ANSWER_MAX = Duration.ofSeconds(60);
  private static final HttpClient CLIENT =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  /// Reads from the tests' JVM. However that one dies, the pipe ends, and the program is stopped.
  private static final String WATCH = "read -r _; kill \"$0\" 2>/dev/null";

  private final Process process;
  private final Process watch;
  private final URI address;

  private TestingProcess(Process process, Process watch, URI address) {
    this.process = process;
    this.watch = watch;
    this.address = address;
  }

  /// For a short life: it starts soon.
  private static final List<String> OPTIONS =
      List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx384m");

  /// Starts the program and waits until it is up.
  static TestingProcess start(Path home, Map<String, String> more) {
    return start(home, more, OPTIONS);
  }

  /// The same, with other options of the virtual machine than those for a short life.
  static TestingProcess start(Path home, Map<String, String> more, List<String> options) {
    var variables = new HashMap<String, String>();
    variables.put("PENNYWORTH_HOME", home.toString());
    variables.put("PENNYWORTH_PORT", "0");
    variables.put("PENNYWORTH_OWNER_PASSWORD", PASSWORD);
    variables.putAll(more);
    var builder = builder(variables, options);
    try {
      var process = builder.start();
      var watch = new ProcessBuilder("sh", "-c", WATCH, Long.toString(process.pid())).start();
      return new TestingProcess(process, watch, awaitAddress(process));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// What a process that ended by itself said, and exited with.
  record Result(int exitCode, String output) {}

  /// Runs the program with a command until it ends.
  static Result run(Map<String, String> variables, String command) throws IOException {
    var builder = builder(variables, OPTIONS);
    builder.command().add(command);
    var process = builder.start();
    var output = new String(process.getInputStream().readAllBytes(), UTF_8);
    return new Result(process.onExit().join().exitValue(), output);
  }

  private static ProcessBuilder builder(Map<String, String> variables, List<String> options) {
    var builder = new ProcessBuilder(command(options)).redirectErrorStream(true);
    builder.environment().keySet().removeIf(name -> name.startsWith("PENNYWORTH_"));
    builder.environment().putAll(variables);
    return builder;
  }

  /// Without the tests' own classes, whose settings of the log would win.
  private static List<String> command(List<String> options) {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(options);
    command.addAll(
        List.of("--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow"));
    command.add("-cp");
    command.add(
        Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
            .filter(entry -> !entry.endsWith("test-classes") && !entry.endsWith("-tests.jar"))
            .collect(Collectors.joining(File.pathSeparator)));
    command.add(Pennyworth.class.getName());
    return command;
  }

  private static URI awaitAddress(Process process) throws IOException {
    var output = process.inputReader(UTF_8);
    var lines = new ArrayList<String>();
    for (var line = output.readLine(); line != null; line = output.readLine()) {
      lines.add(line);
      var isUp = IS_UP.matcher(line);
      if (isUp.matches()) {
        Thread.ofVirtual().start(() -> drain(output));
        return URI.create(isUp.group(1));
      }
    }
    throw new IllegalStateException("the program did not start: " + String.join("\n", lines));
  }

  /// A program whose output nobody reads would stand still.
  private static void drain(BufferedReader output) {
    try {
      while (output.readLine() != null) {}
    } catch (IOException _) {
      return; // it was killed
    }
  }

  URI address() {
    return address;
  }

  long id() {
    return process.pid();
  }

  /// An access token of the owner's.
  String signIn() {
    var answer =
        send(
            "POST",
            "/api/auth/login",
            "",
            "{\"email\":\"owner@localhost\",\"password\":\"" + PASSWORD + "\"}",
            Map.of());
    return answer.json().path("access_token").textValue();
  }

  TestingAnswer get(String path, String token) {
    return send("GET", path, token, "", Map.of());
  }

  TestingAnswer post(String path, String token, String json) {
    return send("POST", path, token, json, Map.of());
  }

  /// @throws UncheckedIOException if the program dies meanwhile
  TestingAnswer send(
      String method, String path, String token, String body, Map<String, String> headers) {
    var request =
        HttpRequest.newBuilder(address.resolve(path))
            .timeout(ANSWER_MAX)
            .header("Content-Type", "application/json")
            .method(
                method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
    if (!token.isEmpty()) {
      request.header("Authorization", "Bearer " + token);
    }
    headers.forEach(request::header);
    try {
      var response = CLIENT.send(request.build(), BodyHandlers.ofString());
      return new TestingAnswer(response.statusCode(), response.headers(), response.body());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /// As by `kill -9`.
  void kill() {
    process.destroyForcibly().onExit().join();
    watch.destroyForcibly();
  }

  /// As by SIGTERM; returns at once.
  void stop() {
    process.destroy();
  }

  /// Waits until it has exited.
  ///
  /// @return how long that took
  Duration awaitExit() {
    long startedNanos = System.nanoTime();
    process.onExit().join();
    watch.destroyForcibly();
    return Duration.ofNanos(System.nanoTime() - startedNanos);
  }

  /// Whether it takes new connections.
  boolean isListening() {
    try (var _ = new Socket(address.getHost(), address.getPort())) {
      return true;
    } catch (IOException _) {
      return false;
    }
  }

  @Override
  public void close() {
    stop();
    awaitExit();
  }
}
