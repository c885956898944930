package dev.pennyworth.botsapi.events;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.standardwebhooks.Webhook;
import com.standardwebhooks.exceptions.EmptyWebhookSecretException;
import com.standardwebhooks.exceptions.WebhookVerificationException;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.pennyworth.agentloop.Eventually;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;

/// An owner's program that takes webhooks, or does not.
public final class TestingReceiver implements AutoCloseable {
  /// What arrived, before it was answered.
  public record Arrived(String path, Map<String, List<String>> headers, String body) {
    String header(String name) {
      return headers.entrySet().stream()
          .filter(header -> header.getKey().equalsIgnoreCase(name))
          .map(header -> header.getValue().getFirst())
          .findFirst()
          .orElse("");
    }

    String id() {
      return header("webhook-id");
    }

    JsonNode json() {
      try {
        return new ObjectMapper().readTree(body);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    /// As a receiver does, with the library of the specification.
    boolean isSignedWith(String secret) {
      try {
        new Webhook(secret).verify(body, headers);
        return true;
      } catch (WebhookVerificationException | EmptyWebhookSecretException _) {
        return false;
      }
    }
  }

  /// How it answers.
  public sealed interface Answer {
    record Status(int status, Map<String, String> headers, String text) implements Answer {}

    /// Cuts the connection.
    record Cut() implements Answer {}

    /// Says nothing until it is closed.
    record Hang() implements Answer {}

    static Answer status(int status) {
      return new Status(status, Map.of(), "");
    }
  }

  private final List<Arrived> arrived = new CopyOnWriteArrayList<>();
  private final CountDownLatch isClosed = new CountDownLatch(1);
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final HttpServer server;
  private volatile Function<Arrived, Answer> answers = _ -> Answer.status(204);

  public TestingReceiver() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.setExecutor(threads);
    server.createContext("/", this::handle);
    server.start();
  }

  public String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort() + "/hook";
  }

  public void answer(Answer answer) {
    answers = _ -> answer;
  }

  void answers(Function<Arrived, Answer> function) {
    answers = function;
  }

  List<Arrived> arrived() {
    return List.copyOf(arrived);
  }

  Arrived await(int count) {
    Eventually.holds(count + " requests arrived", () -> arrived.size() >= count);
    return arrived.get(count - 1);
  }

  /// The one event of a type that arrived. Events may come in any order.
  JsonNode theOne(String type) {
    var events =
        arrived().stream()
            .map(Arrived::json)
            .filter(event -> event.path("type").asText().equals(type))
            .toList();
    assertThat(events).as("events of %s", type).hasSize(1);
    return events.getFirst();
  }

  private void handle(HttpExchange exchange) throws IOException {
    var request =
        new Arrived(
            exchange.getRequestURI().getPath(),
            Map.copyOf(exchange.getRequestHeaders()),
            new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
    arrived.add(request);
    switch (answers.apply(request)) {
      case Answer.Status(var status, var headers, var text) -> {
        headers.forEach(exchange.getResponseHeaders()::set);
        var bytes = text.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
      }
      case Answer.Cut() -> throw new IOException("cut, as the test asked");
      case Answer.Hang() -> hang();
    }
  }

  private void hang() throws IOException {
    try {
      isClosed.await();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
    throw new IOException("closed");
  }

  @Override
  public void close() {
    isClosed.countDown();
    server.stop(0);
    threads.shutdownNow();
  }
}
