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
import java.util.Locale;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/// Telegram's Bot API as its documentation describes it, with the faults of the real one.
final class TestingTelegram implements AutoCloseable {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  /// A call that arrived.
  ///
  /// @param method in small letters
  /// @param atNanos when, on the monotonic clock
  record Call(String token, String method, String body, long atNanos) {
    JsonNode json() {
      try {
        return MAPPER.readTree(body);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    String text() {
      return json().path("text").asText();
    }

    String chat() {
      return json().path("chat_id").asText();
    }

    boolean isFormatted() {
      return json().has("parse_mode");
    }
  }

  /// How it answers.
  sealed interface Answer {
    record Status(int status, String contentType, String body) implements Answer {}

    /// Takes the call and cuts the connection.
    record Cut() implements Answer {}

    /// Takes the call and never answers.
    record Hang() implements Answer {}

    /// As the API does if all is well.
    record Good() implements Answer {}

    static Answer error(int code, String description, String parameters) {
      return new Status(
          code,
          "application/json",
          "{\"ok\":false,\"error_code\":%d,\"description\":\"%s\"%s}"
              .formatted(
                  code,
                  description,
                  parameters.isEmpty() ? "" : ",\"parameters\":{" + parameters + "}"));
    }
  }

  private final TestingAnswers<Call, Answer> answers =
      new TestingAnswers<>(Call::token, new Answer.Good());
  private final Queue<Call> calls = new ConcurrentLinkedQueue<>();
  private final TestingTelegramUpdates updates = new TestingTelegramUpdates();
  private final CountDownLatch closing = new CountDownLatch(1);
  private final AtomicInteger messages = new AtomicInteger(100);
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final HttpServer server;
  private volatile Optional<String> webhookUrl = Optional.empty();

  TestingTelegram() {
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

  /// What the next calls of a method are answered with, one after another; then all is well.
  void answer(String method, Answer... first) {
    answers.answer(call -> call.method().equals(method), List.of(first));
  }

  void webhookUrl(String url) {
    webhookUrl = Optional.of(url);
  }

  /// What bots fetch.
  TestingTelegramUpdates updates() {
    return updates;
  }

  /// The calls of a bot, in the order in which they came.
  List<Call> calls(String token, String method) {
    return calls.stream()
        .filter(call -> call.token().equals(token) && call.method().equals(method))
        .toList();
  }

  /// How many calls of a method there were, over all bots.
  int count(String method) {
    return Math.toIntExact(calls.stream().filter(call -> call.method().equals(method)).count());
  }

  List<String> texts(String token) {
    return calls(token, "sendmessage").stream().map(Call::text).toList();
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      var path = exchange.getRequestURI().getPath().split("/", 3);
      var call =
          new Call(
              path[1].substring("bot".length()),
              path[2].toLowerCase(Locale.ROOT),
              new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8),
              System.nanoTime());
      calls.add(call);
      switch (answers.to(call)) {
        case Answer.Cut() -> {}
        case Answer.Hang() -> hang();
        case Answer.Status(int status, String type, String body) -> {
          send(exchange, status, type, body);
        }
        case Answer.Good() when call.method().equals("getupdates") -> {
          updates.answer(call, (status, body) -> send(exchange, status, "application/json", body));
        }
        case Answer.Good() -> {
          send(exchange, 200, "application/json", "{\"ok\":true,\"result\":" + result(call) + "}");
        }
      }
    }
  }

  private void hang() {
    try {
      closing.await();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private String result(Call call) {
    updates.note(call);
    return switch (call.method()) {
      case "getme" ->
          "{\"id\":42,\"is_bot\":true,\"first_name\":\"Penny\",\"username\":\"penny_test_bot\"}";
      case "getwebhookinfo" ->
          "{\"url\":\"%s\",\"has_custom_certificate\":false,\"pending_update_count\":0}"
              .formatted(webhookUrl.orElseGet(() -> updates.webhook(call.token())));
      case "sendmessage" ->
          "{\"message_id\":%d,\"date\":1790000000,\"chat\":{\"id\":7,\"type\":\"private\"},\"text\":\"x\"}"
              .formatted(messages.incrementAndGet());
      default -> "true";
    };
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
    closing.countDown();
    updates.close();
    server.stop(0);
    threads.shutdownNow();
  }
}
