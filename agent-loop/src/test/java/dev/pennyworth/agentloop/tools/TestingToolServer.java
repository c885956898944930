package dev.pennyworth.agentloop.tools;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/// A server of an owner's tools on this machine: each path does what a test says, 404 if it says
/// nothing. It records what it was asked.
public final class TestingToolServer implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 20;

  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Map<String, Behaviour> behaviours = new ConcurrentHashMap<>();
  private final List<Received> received = new CopyOnWriteArrayList<>();
  private final CountDownLatch closed = new CountDownLatch(1);
  private final CountDownLatch hungUp = new CountDownLatch(1);

  /// A request as it came.
  ///
  /// @param uri path and query, not decoded
  /// @param headers by name in lower case
  public record Received(String method, String uri, Map<String, String> headers, String body) {
    public String header(String name) {
      return headers.getOrDefault(name, "");
    }
  }

  /// What happens to a request.
  public interface Behaviour {
    void answer(Received request, HttpExchange exchange) throws IOException, InterruptedException;
  }

  public TestingToolServer() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.setExecutor(threads);
    server.createContext("/", this::handle);
    server.start();
  }

  public int port() {
    return server.getAddress().getPort();
  }

  public String url(String path) {
    return "http://127.0.0.1:" + port() + path;
  }

  public void on(String path, Behaviour behaviour) {
    behaviours.put(path, behaviour);
  }

  public void on(String path, int status, String contentType, String body) {
    on(path, (_, exchange) -> send(exchange, status, contentType, body));
  }

  /// Sends headers, and then text without end, until the caller hangs up.
  public void onEndless(String path) {
    on(
        path,
        (_, exchange) -> {
          exchange.getResponseHeaders().set("Content-Type", "text/plain");
          exchange.sendResponseHeaders(200, 0);
          var line = "endless ".repeat(1_000).getBytes(StandardCharsets.UTF_8);
          try {
            while (closed.getCount() > 0) {
              exchange.getResponseBody().write(line);
            }
          } catch (IOException e) {
            hungUp.countDown();
            throw e;
          }
        });
  }

  /// Says nothing for so long, or until the server is closed.
  public void onSlow(String path, long millis, String body) {
    on(
        path,
        (_, exchange) -> {
          if (!closed.await(millis, TimeUnit.MILLISECONDS)) {
            send(exchange, 200, "text/plain", body);
          }
        });
  }

  public List<Received> received() {
    return List.copyOf(received);
  }

  /// Waits until a caller of an endless answer has hung up.
  public boolean isHungUp() throws InterruptedException {
    return hungUp.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  public static void send(HttpExchange exchange, int status, String contentType, String body)
      throws IOException {
    var bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", contentType);
    exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      var request = read(exchange);
      received.add(request);
      Behaviour missing = (_, of) -> send(of, 404, "text/plain", "nothing here");
      var path = exchange.getRequestURI().getPath();
      Objects.requireNonNull(behaviours.getOrDefault(path, missing)).answer(request, exchange);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private static Received read(HttpExchange exchange) throws IOException {
    var headers = new TreeMap<String, String>();
    exchange
        .getRequestHeaders()
        .forEach((name, values) ->
            headers.put(name.toLowerCase(Locale.ROOT), String.join(", ", values)));
    return new Received(
        exchange.getRequestMethod(),
        exchange.getRequestURI().toString(),
        headers,
        new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
  }

  @Override
  public void close() {
    closed.countDown();
    server.stop(0);
    threads.close();
  }
}
