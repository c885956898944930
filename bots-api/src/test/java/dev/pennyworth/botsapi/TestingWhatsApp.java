package dev.pennyworth.botsapi;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/// WhatsApp's part of the Graph API as its documentation describes it, with the faults of the real
/// one.
final class TestingWhatsApp implements AutoCloseable {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  /// A call that arrived.
  ///
  /// @param object whose id stands in the path: a number or a business account
  /// @param edge what follows it; empty for the object itself
  record Call(
      String version,
      String object,
      String edge,
      String method,
      String query,
      String authorization,
      String body) {
    JsonNode json() {
      try {
        return MAPPER.readTree(body);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    String text() {
      return json().at("/text/body").asText();
    }

    boolean isText() {
      return method.equals("POST") && edge.equals("messages") && json().has("text");
    }
  }

  /// How it answers.
  sealed interface Answer {
    record Status(int status, String contentType, String body, Map<String, String> headers)
        implements Answer {
      Status(int status, String contentType, String body) {
        this(status, contentType, body, Map.of());
      }
    }

    /// Takes the call and cuts the connection.
    record Cut() implements Answer {}

    /// As the API does if all is well.
    record Good() implements Answer {}

    static Answer error(int status, int code, String message, String details) {
      return new Status(
          status,
          "application/json; charset=UTF-8",
          """
          {"error":{"message":"(#%d) %s","type":"OAuthException","code":%d,\
          "error_data":{"messaging_product":"whatsapp","details":"%s"},"fbtrace_id":"Az8or2y"}}
          """
              .formatted(code, message, code, details));
    }

    static Answer slower(int status, int code, int retryAfter) {
      return new Status(
          status,
          "application/json; charset=UTF-8",
          "{\"error\":{\"message\":\"Rate limit hit\",\"code\":%d}}".formatted(code),
          retryAfter == 0 ? Map.of() : Map.of("Retry-After", Integer.toString(retryAfter)));
    }
  }

  private final TestingAnswers<Call, Answer> answers =
      new TestingAnswers<>(Call::object, new Answer.Good());
  private final List<Call> calls = new CopyOnWriteArrayList<>();
  private final AtomicInteger messages = new AtomicInteger(100);
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final HttpServer server;

  TestingWhatsApp() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.setExecutor(threads);
    server.createContext("/", this::handle);
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

  /// What the next texts are answered with, one after another; then all is well.
  void answerTexts(Answer... first) {
    answers.answer(Call::isText, List.of(first));
  }

  /// The calls for an object, in the order in which they came.
  List<Call> calls(String object) {
    return calls.stream().filter(call -> call.object().equals(object)).toList();
  }

  List<Call> sent(String number) {
    return calls(number).stream().filter(Call::isText).toList();
  }

  List<String> texts(String number) {
    return sent(number).stream().map(Call::text).toList();
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      var path = exchange.getRequestURI().getPath().split("/", 4);
      var call =
          new Call(
              path[1],
              path[2],
              path.length > 3 ? path[3] : "",
              exchange.getRequestMethod(),
              String.valueOf(exchange.getRequestURI().getQuery()),
              String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")),
              new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
      calls.add(call);
      switch (answers.to(call)) {
        case Answer.Cut() -> {}
        case Answer.Status(int status, String type, String body, var headers) -> {
          headers.forEach(exchange.getResponseHeaders()::set);
          send(exchange, status, type, body);
        }
        case Answer.Good() -> {
          send(exchange, 200, "application/json; charset=UTF-8", result(call));
        }
      }
    }
  }

  private String result(Call call) {
    if (call.isText()) {
      var to = call.json().path("to").asText();
      return """
      {"messaging_product":"whatsapp","contacts":[{"input":"%s","wa_id":"%s"}],\
      "messages":[{"id":"wamid.SENT%d"}]}
      """
          .formatted(to, to, messages.incrementAndGet());
    }
    if (call.method().equals("POST")) {
      return "{\"success\":true}";
    }
    return call.edge().equals("subscribed_apps")
        ? "{\"data\":[{\"whatsapp_business_api_data\":{\"id\":\"7\",\"name\":\"An app\"}}]}"
        : """
        {"display_phone_number":"+1 555-078-3881","verified_name":"Penny's Shop",\
        "quality_rating":"GREEN","health_status":{"can_send_message":"AVAILABLE",\
        "entities":[{"entity_type":"PHONE_NUMBER","id":"%s","can_send_message":"AVAILABLE"}]},\
        "id":"%s"}
        """
            .formatted(call.object(), call.object());
  }

  private static void send(HttpExchange exchange, int status, String type, String body)
      throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", type);
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
