package dev.pennyworth.agentloop.tools;

import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/// A program that is an MCP server and misbehaves on demand, in a process of its own. Its tools
/// `look`, which only reads, and `write` do what the argument `do` says. It needs no class but
/// itself, which is all that its process can find.
public final class TestingMcpProgram {
  private static final Pattern ID = Pattern.compile("\"id\":(\"[^\"]*\"|\\d+)");
  private static final Pattern METHOD = Pattern.compile("\"method\":\"([^\"]*)\"");
  private static final Pattern DEED = Pattern.compile("\"do\":\"([^\"]*)\"");
  private static final int HUGE_BYTES = 9 << 20;
  private static final int FLOOD_LINES = 2_000;
  private static final long LATE_MILLIS = 1_500;

  private static final String TOOLS =
      """
      {"tools":[{"name":"look","description":"Looks.","inputSchema":{"type":"object"},\
      "annotations":{"readOnlyHint":true}},\
      {"name":"write","description":"Writes.","inputSchema":{"type":"object"}}]}\
      """;

  private final PrintStream out =
      new PrintStream(new FileOutputStream(FileDescriptor.out), false, StandardCharsets.UTF_8);

  private TestingMcpProgram() {}

  /// The program that runs it.
  public static String java() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }

  /// @param startMillis how long it takes before it listens
  public static List<String> arguments(long startMillis) {
    try {
      var classes = TestingMcpProgram.class.getProtectionDomain().getCodeSource().getLocation();
      return List.of(
          "-Xshare:auto",
          "-XX:TieredStopAtLevel=1",
          "-Xmx128m",
          "-cp",
          Path.of(classes.toURI()).toString(),
          TestingMcpProgram.class.getName(),
          Long.toString(startMillis));
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  public static void main(String[] arguments) throws IOException, InterruptedException {
    dawdle(Long.parseLong(arguments[0]));
    var program = new TestingMcpProgram();
    var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (var line = in.readLine(); line != null; line = in.readLine()) {
      program.hear(line);
    }
  }

  /// Being slow is what it is for.
  private static void dawdle(long millis) throws InterruptedException {
    boolean _ = new CountDownLatch(1).await(millis, TimeUnit.MILLISECONDS);
  }

  private void hear(String line) throws IOException {
    String id = first(ID, line);
    switch (first(METHOD, line)) {
      case "initialize" ->
          answer(
              id,
              "{\"protocolVersion\":\"2025-06-18\",\"capabilities\":{\"tools\":{}},"
                  + "\"serverInfo\":{\"name\":\"stub\",\"version\":\"1\"}}");
      case "tools/list" -> answer(id, TOOLS);
      case "tools/call" -> call(id, first(DEED, line));
      default -> {} // a notification, or an answer to a question of ours
    }
  }

  private void call(String id, String deed) throws IOException {
    switch (deed) {
      case "crash" -> System.exit(3);
      case "silence" -> {}
      case "late" -> Thread.ofVirtual().start(() -> answerLate(id));
      case "huge" -> say(id, "x".repeat(HUGE_BYTES));
      case "environment" -> say(id, environment());
      case "child" -> say(id, "child " + child());
      case "garbage" -> {
        send("Listening on stdio!");
        send("");
        send("[7,null]");
        send("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/tools/list_changed\"}");
        send("{\"jsonrpc\":\"2.0\",\"id\":\"theirs\",\"method\":\"ping\"}");
        send("{\"jsonrpc\":\"2.0\",\"id\":\"nobody's\",\"result\":{}}");
        send("{\"jsonrpc\":\"2.0\",\"id\":" + id + ",\"resu");
        say(id, "after garbage");
      }
      case "flood" -> {
        for (int line = 0; line < FLOOD_LINES; line++) {
          send("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/message\",\"params\":{}}");
        }
      }
      case "complain" -> {
        System.err.println("the key " + System.getenv("STUB_KEY") + " is not good");
        say(id, "complained");
      }
      default -> say(id, "process " + ProcessHandle.current().pid());
    }
  }

  private void answerLate(String id) {
    try {
      dawdle(LATE_MILLIS);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    say(id, "late");
  }

  private static String environment() {
    return String.join(" ", new TreeMap<>(System.getenv()).keySet());
  }

  private static long child() throws IOException {
    return new ProcessBuilder("sleep", "1000").start().pid();
  }

  private void say(String id, String text) {
    answer(id, "{\"content\":[{\"type\":\"text\",\"text\":\"" + text + "\"}]}");
  }

  private void answer(String id, String result) {
    send("{\"jsonrpc\":\"2.0\",\"id\":%s,\"result\":%s}".formatted(id, result));
  }

  private synchronized void send(String line) {
    out.print(line + "\n");
    out.flush();
  }

  private static String first(Pattern pattern, String line) {
    var found = pattern.matcher(line);
    return found.find() ? found.group(1) : "";
  }
}
