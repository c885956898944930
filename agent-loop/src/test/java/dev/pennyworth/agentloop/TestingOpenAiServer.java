package dev.pennyworth.agentloop;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/// A server on this machine that speaks the wire format of OpenAI's chat completions, and
/// misbehaves on demand. It records what it was asked. Many threads may use it at once.
///
/// What it answers is a function of the request; until another is set, it answers each with
/// completion of 485 prompt and 42 completion tokens and the text `Hello from the stub.`, streamed
/// if that is asked for.
public final class TestingOpenAiServer implements AutoCloseable {
  public static final String DEFAULT_TEXT = "Hello from the stub.";
  public static final long DEFAULT_PROMPT_TOKENS = 485;
  public static final long DEFAULT_COMPLETION_TOKENS = 42;
  public static final String REQUEST_ID = "req_stub";

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int BACKLOG = 2_000;

  static {
    // Read once by the JDK's server: without these, answers wait for delayed acknowledgements, and
    // connections are dropped while many callers keep theirs open.
    System.setProperty("sun.net.httpserver.nodelay", "true");
    System.setProperty("sun.net.httpserver.maxIdleConnections", "2000");
  }

  /// A request as it came.
  ///
  /// @param headers by name in lower case
  /// @param body a missing node if it is not JSON
  public record Received(
      String method, String path, Map<String, String> headers, String text, JsonNode body) {
    /// The header's value, empty if it was not sent.
    ///
    /// @param name in lower case
    public String header(String name) {
      return headers.getOrDefault(name, "");
    }
  }

  /// What happens to a request.
  public sealed interface Reply {
    /// An answer.
    record Answer(int status, Map<String, String> headers, String body) implements Reply {}

    /// That reply, after a while; at once if the server is closed.
    record Later(Duration delay, Reply reply) implements Reply {}

    /// Silence on an open connection, until the server is closed.
    record Hang() implements Reply {}

    /// The connection is closed before any byte of an answer.
    record Cut() implements Reply {}

    /// A status of 200 and half of that body, then the connection is closed.
    record CutHalfway(String body) implements Reply {}

    /// A status of 200 and half of that body, then silence until the server is closed.
    record HangHalfway(String body) implements Reply {}

    /// A status of 200 and these pieces of a body, each sent on at once.
    ///
    /// @param pause before each piece but the first
    record Stream(String contentType, List<String> pieces, Duration pause, StreamEnd end)
        implements Reply {
      public Stream {
        pieces = List.copyOf(pieces);
      }
    }
  }

  /// How a stream ends after its last piece.
  public enum StreamEnd {
    /// As HTTP has it.
    WHOLE,
    /// The connection is closed before its time.
    CUT,
    /// The connection stays open and silent, until the server is closed.
    HANG
  }

  private final HttpServer server;
  private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
  private final CountDownLatch closed = new CountDownLatch(1);
  private final List<Received> received = new ArrayList<>();
  private volatile Function<Received, Reply> replies = TestingOpenAiServer::asAsked;

  public TestingOpenAiServer() {
    try {
      server =
          HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), BACKLOG);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.setExecutor(executor);
    server.createContext("/", this::handle);
    server.start();
  }

  /// What `OPENAI_BASE_URL` would be set to.
  public URI baseUrl() {
    return URI.create("http://127.0.0.1:" + port() + "/v1");
  }

  public int port() {
    return server.getAddress().getPort();
  }

  public void reply(Reply reply) {
    replies = _ -> reply;
  }

  public void replies(Function<Received, Reply> replies) {
    this.replies = replies;
  }

  /// All requests so far, in the order of their arrival.
  public List<Received> received() {
    synchronized (received) {
      return List.copyOf(received);
    }
  }

  /// The one request that came.
  public Received onlyReceived() {
    var all = received();
    if (all.size() != 1) {
      throw new AssertionError("expected one request, got " + all.size());
    }
    return all.getFirst();
  }

  /// Waits until that many requests have come.
  public void awaitReceived(int count, Duration timeout) throws InterruptedException {
    long deadline = System.nanoTime() + timeout.toNanos();
    synchronized (received) {
      while (received.size() < count) {
        long leftMillis = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
        if (leftMillis <= 0) {
          throw new AssertionError("expected " + count + " requests, got " + received.size());
        }
        received.wait(leftMillis);
      }
    }
  }

  private static Reply asAsked(Received request) {
    return request.body().path("stream").asBoolean()
        ? streamed(DEFAULT_TEXT, DEFAULT_PROMPT_TOKENS, DEFAULT_COMPLETION_TOKENS)
        : completion();
  }

  /// A stream as OpenAI writes it: a role, the text word by word, a reason, a usage.
  public static Reply.Stream streamed(String text, long promptTokens, long completionTokens) {
    var pieces = new ArrayList<String>();
    pieces.add(delta("{\"role\":\"assistant\",\"content\":\"\",\"refusal\":null}", "null"));
    for (String word : text.split("(?<= )", -1)) {
      var delta = JSON.createObjectNode().put("content", word);
      pieces.add(delta(delta.toString(), "null"));
    }
    pieces.add(delta("{}", "\"stop\""));
    pieces.add(
        event(
            "{\"id\":\"chatcmpl-stub\",\"choices\":[],\"usage\":"
                + body(promptTokens, completionTokens).path("usage")
                + "}"));
    pieces.add(event("[DONE]"));
    return stream(pieces, StreamEnd.WHOLE);
  }

  /// A stream of those pieces, without a pause.
  public static Reply.Stream stream(List<String> pieces, StreamEnd end) {
    return new Reply.Stream("text/event-stream; charset=utf-8", pieces, Duration.ZERO, end);
  }

  /// A chunk of the first choice.
  ///
  /// @param delta JSON
  /// @param finishReason JSON
  public static String delta(String delta, String finishReason) {
    return event(
        "{\"id\":\"chatcmpl-stub\",\"object\":\"chat.completion.chunk\",\"choices\":[{\"index\":0,\"delta\":%s,\"logprobs\":null,\"finish_reason\":%s}],\"usage\":null}"
            .formatted(delta, finishReason));
  }

  public static String event(String data) {
    return "data: " + data + "\n\n";
  }

  public static Reply completion() {
    return completion(DEFAULT_TEXT, DEFAULT_PROMPT_TOKENS, DEFAULT_COMPLETION_TOKENS);
  }

  public static Reply completion(String text, long promptTokens, long completionTokens) {
    var body = body(promptTokens, completionTokens);
    choice(body, "stop").put("content", text);
    return ok(body);
  }

  /// A completion that asks for tools.
  ///
  /// @param argumentsByTool JSON by name of the tool; the calls are named `call_1` and on
  public static Reply toolCalls(
      Map<String, String> argumentsByTool, long promptTokens, long completionTokens) {
    var body = body(promptTokens, completionTokens);
    var calls = choice(body, "tool_calls").putNull("content").putArray("tool_calls");
    argumentsByTool.forEach((tool, arguments) ->
        calls
            .addObject()
            .put("id", "call_" + calls.size())
            .put("type", "function")
            .putObject("function")
            .put("name", tool)
            .put("arguments", arguments));
    return ok(body);
  }

  /// An error in OpenAI's form.
  public static Reply error(int status, String code, String message) {
    var body = JSON.createObjectNode();
    body.putObject("error")
        .put("message", message)
        .put("type", "invalid_request_error")
        .putNull("param")
        .put("code", code);
    return new Reply.Answer(status, Map.of("x-request-id", REQUEST_ID), body.toString());
  }

  /// A status of 200 with that body.
  public static Reply ok(String body) {
    return new Reply.Answer(200, Map.of("x-request-id", REQUEST_ID), body);
  }

  private static Reply ok(ObjectNode body) {
    return ok(body.toString());
  }

  private static ObjectNode body(long promptTokens, long completionTokens) {
    var body = JSON.createObjectNode();
    body.put("id", "chatcmpl-stub")
        .put("object", "chat.completion")
        .put("created", 1_700_000_000)
        .put("model", "stub");
    var usage = body.putObject("usage");
    usage
        .put("prompt_tokens", promptTokens)
        .put("completion_tokens", completionTokens)
        .put("total_tokens", promptTokens + completionTokens);
    usage.putObject("prompt_tokens_details").put("cached_tokens", 0).put("audio_tokens", 0);
    usage.putObject("completion_tokens_details").put("reasoning_tokens", 0);
    return body;
  }

  private static ObjectNode choice(ObjectNode body, String finishReason) {
    var choice = body.putArray("choices").addObject();
    choice.put("index", 0).putNull("logprobs").put("finish_reason", finishReason);
    return choice.putObject("message").put("role", "assistant").putNull("refusal");
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      var request = read(exchange);
      synchronized (received) {
        received.add(request);
        received.notifyAll();
      }
      send(exchange, replies.apply(request));
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
    var text = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    return new Received(
        exchange.getRequestMethod(),
        exchange.getRequestURI().getPath(),
        Map.copyOf(headers),
        text,
        json(text));
  }

  private static JsonNode json(String text) {
    try {
      return JSON.readTree(text);
    } catch (JsonProcessingException _) {
      return JSON.missingNode();
    }
  }

  private void send(HttpExchange exchange, Reply reply) throws IOException, InterruptedException {
    switch (reply) {
      case Reply.Answer(var status, var headers, var body) -> {
        exchange.getResponseHeaders().set("content-type", "application/json");
        headers.forEach(exchange.getResponseHeaders()::set);
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
      }
      case Reply.Later(var delay, var later) -> {
        if (!closed.await(delay.toNanos(), TimeUnit.NANOSECONDS)) {
          send(exchange, later);
        }
      }
      case Reply.Hang _ -> closed.await();
      case Reply.Cut _ -> {} // closing the exchange closes the connection
      case Reply.CutHalfway(var body) -> sendHalf(exchange, body);
      case Reply.HangHalfway(var body) -> {
        sendHalf(exchange, body);
        closed.await();
      }
      case Reply.Stream stream -> send(exchange, stream);
    }
  }

  private void send(HttpExchange exchange, Reply.Stream stream)
      throws IOException, InterruptedException {
    exchange.getResponseHeaders().set("content-type", stream.contentType());
    exchange.getResponseHeaders().set("x-request-id", REQUEST_ID);
    // A body that is shorter than it says is a cut one.
    exchange.sendResponseHeaders(200, stream.end() == StreamEnd.WHOLE ? 0 : Long.MAX_VALUE);
    var pause = Duration.ZERO;
    for (String piece : stream.pieces()) {
      if (closed.await(pause.toNanos(), TimeUnit.NANOSECONDS)) {
        return;
      }
      exchange.getResponseBody().write(piece.getBytes(StandardCharsets.UTF_8));
      exchange.getResponseBody().flush();
      pause = stream.pause();
    }
    if (stream.end() == StreamEnd.HANG) {
      closed.await();
    }
  }

  private static void sendHalf(HttpExchange exchange, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(200, bytes.length);
    exchange.getResponseBody().write(bytes, 0, bytes.length / 2);
    exchange.getResponseBody().flush();
  }

  @Override
  public void close() {
    closed.countDown();
    server.stop(0);
    executor.close();
  }
}
