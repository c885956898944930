package dev.pennyworth.botsapi;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.pennyworth.agentloop.TestingOpenAiServer;
import dev.pennyworth.agentloop.TestingOpenAiServer.Received;
import dev.pennyworth.agentloop.TestingOpenAiServer.Reply;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;

/// A model in a process of its own, which lets as many calls come together as it is told, and
/// answers all of them 5 s after the last has come.
final class TestingSlowModel implements AutoCloseable {
  static final Duration DELAY = Duration.ofSeconds(5);
  private static final String EXPECT = "/expect/";
  private static final String WAITING = "/waiting";

  private final Process process;
  private final URI baseUrl;
  private final HttpClient client = HttpClient.newHttpClient();

  private TestingSlowModel(Process process, URI baseUrl) {
    this.process = process;
    this.baseUrl = baseUrl;
  }

  static TestingSlowModel start() {
    var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    var builder =
        new ProcessBuilder(
            java, "-cp", System.getProperty("java.class.path"), TestingSlowModel.class.getName());
    try {
      var process = builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
      var url = URI.create(process.inputReader(UTF_8).readLine());
      return new TestingSlowModel(process, url);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Serves until its standard input ends, which it does however the parent dies.
  public static void main(String[] arguments) throws IOException {
    try (var server = new TestingOpenAiServer()) {
      server.replies(new Calls()::reply);
      System.out.println(server.baseUrl());
      while (System.in.read() >= 0) {}
    }
  }

  /// The calls of one round.
  private static final class Calls {
    private CountDownLatch missing = new CountDownLatch(0);
    private int expected;

    Reply reply(Received request) {
      if (request.path().startsWith(EXPECT)) {
        expect(Integer.parseInt(request.path().substring(EXPECT.length())));
        return TestingOpenAiServer.ok("{}");
      }
      if (request.path().equals(WAITING)) {
        return TestingOpenAiServer.ok(Long.toString(waiting()));
      }
      try {
        var latch = missing();
        latch.countDown();
        latch.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException(e);
      }
      return new Reply.Later(DELAY, TestingOpenAiServer.completion());
    }

    private synchronized void expect(int calls) {
      expected = calls;
      missing = new CountDownLatch(calls);
    }

    private synchronized long waiting() {
      return expected - missing.getCount();
    }

    private synchronized CountDownLatch missing() {
      return missing;
    }
  }

  /// What `OPENAI_BASE_URL` would be set to.
  URI baseUrl() {
    return baseUrl;
  }

  /// Begins a round.
  void expect(int calls) {
    get(EXPECT + calls);
  }

  /// Calls of this round that have come.
  int waiting() {
    return Integer.parseInt(get(WAITING));
  }

  private String get(String path) {
    try {
      var request = HttpRequest.newBuilder(baseUrl.resolve(path)).build();
      return client.send(request, BodyHandlers.ofString()).body();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
