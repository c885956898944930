package dev.pennyworth.botsapi;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/// Slack's Web API as its documentation describes it, with the faults of the real one.
final class TestingSlack implements AutoCloseable {
  static final String ALL_SCOPES =
      "app_mentions:read,chat:write,im:history,channels:history,groups:history,mpim:history";

  /// A call that arrived.
  record Call(String token, String method, Map<String, String> fields) {
    String text() {
      return fields.getOrDefault("text", "");
    }

    boolean isFormatted() {
      return !fields.getOrDefault("mrkdwn", "1").matches("0|false");
    }
  }

  /// How it answers.
  sealed interface Answer {
    record Status(int status, Map<String, String> headers, String body) implements Answer {}

    /// Takes the call and cuts the connection.
    record Cut() implements Answer {}

    /// As the API does if all is well.
    record Good() implements Answer {}

    static Answer json(String body) {
      return new Status(200, Map.of("Content-Type", "application/json; charset=utf-8"), body);
    }

    static Answer error(String error) {
      return json("{\"ok\":false,\"error\":\"%s\"}".formatted(error));
    }

    static Answer page(int status) {
      return new Status(status, Map.of("Content-Type", "text/html"), "<html>Sorry</html>");
    }

    static Answer tooFast(int seconds) {
      return new Status(
          429,
          Map.of("Retry-After", Integer.toString(seconds)),
          "{\"ok\":false,\"error\":\"ratelimited\"}");
    }
  }

  private final TestingAnswers<Call, Answer> answers =
      new TestingAnswers<>(Call::token, new Answer.Good());
  private final List<Call> calls = new CopyOnWriteArrayList<>();
  private final AtomicInteger messages = new AtomicInteger(100);
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final HttpServer server;
  private volatile String scopes = ALL_SCOPES;
  private volatile String socketUrl = "";

  TestingSlack() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.setExecutor(threads);
    server.createContext("/api/", this::handle);
    server.start();
  }

  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  void startOver() {
    answers.startOver();
  }

  void answer(Function<Call, Answer> how) {
    answers.answer(how);
  }

  /// What the next calls of a method are answered with, one after another; then all is well.
  void answer(String method, Answer... first) {
    answers.answer(call -> call.method().equals(method), List.of(first));
  }

  /// What bot tokens may do, as the API tells in a header.
  void scopes(String granted) {
    scopes = granted;
  }

  /// Where Socket Mode connections go.
  void socketUrl(String url) {
    socketUrl = url;
  }

  /// The calls of a token, in the order in which they came.
  List<Call> calls(String token, String method) {
    return calls.stream()
        .filter(call -> call.token().equals(token) && call.method().equals(method))
        .toList();
  }

  List<Call> posts(String token) {
    return calls(token, "chat.postMessage");
  }

  List<String> texts(String token) {
    return posts(token).stream().map(Call::text).toList();
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      var authorization = String.valueOf(exchange.getRequestHeaders().getFirst("Authorization"));
      var body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
      var call =
          new Call(
              authorization.replace("Bearer ", ""),
              exchange.getRequestURI().getPath().substring("/api/".length()),
              fields(body));
      calls.add(call);
      switch (answers.to(call)) {
        case Answer.Cut() -> {}
        case Answer.Status(int status, Map<String, String> headers, String text) ->
            send(exchange, status, headers, text);
        case Answer.Good() ->
            send(
                exchange,
                200,
                Map.of("Content-Type", "application/json; charset=utf-8", "x-oauth-scopes", scopes),
                good(call));
      }
    }
  }

  private String good(Call call) {
    return switch (call.method()) {
      case "auth.test" ->
          "{\"ok\":true,\"url\":\"https://work.slack.com/\",\"team\":\"Work\",\"user\":\"penny\","
              + "\"team_id\":\"T0001\",\"user_id\":\"U0BOT\",\"bot_id\":\"B0001\"}";
      case "apps.connections.open" -> "{\"ok\":true,\"url\":\"%s\"}".formatted(socketUrl);
      case "chat.postMessage" ->
          "{\"ok\":true,\"channel\":\"%s\",\"ts\":\"1790000000.%06d\",\"message\":{\"text\":\"x\",\"blocks\":[{\"type\":\"hologram\"}]}}"
              .formatted(call.fields().get("channel"), messages.incrementAndGet());
      default -> "{\"ok\":false,\"error\":\"unknown_method\"}";
    };
  }

  private static Map<String, String> fields(String form) {
    var fields = new LinkedHashMap<String, String>();
    for (var pair : form.split("&", -1)) {
      int equal = pair.indexOf('=');
      if (equal > 0) {
        fields.put(decoded(pair.substring(0, equal)), decoded(pair.substring(equal + 1)));
      }
    }
    return fields;
  }

  private static String decoded(String text) {
    return URLDecoder.decode(text, StandardCharsets.UTF_8);
  }

  private static void send(
      HttpExchange exchange, int status, Map<String, String> headers, String body)
      throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    headers.forEach((name, value) -> exchange.getResponseHeaders().set(name, value));
    exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
