package dev.pennyworth.botsapi;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

/// Discord's REST API as its documentation describes it, with the faults of the real one. What it
/// shows to people is kept for each channel.
final class TestingDiscord implements AutoCloseable {
  static final ObjectMapper MAPPER = new ObjectMapper();
  static final int CAN_READ_MESSAGES = 1 << 19;

  private static final String ROOT = "/api/v10";
  private static final int LENGTH_MAX = 2_000;

  /// A call that arrived.
  ///
  /// @param path below the version
  /// @param query what follows it; empty without one
  record Call(String method, String path, String query, String token, String body) {
    JsonNode json() {
      try {
        return MAPPER.readTree(body);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    boolean isOfText() {
      return !method.equals("GET") && json().has("content");
    }
  }

  /// How it answers.
  sealed interface Answer {
    record Status(int status, String contentType, String body) implements Answer {}

    /// Cuts the connection, and does not do what it was asked.
    record Cut() implements Answer {}

    /// Does what it was asked, and cuts the connection.
    record Lost() implements Answer {}

    /// As the API does if all is well.
    record Good() implements Answer {}

    static Answer error(int status, int code, String message) {
      return new Status(
          status, "application/json", "{\"message\":\"%s\",\"code\":%d}".formatted(message, code));
    }
  }

  /// An application, as the developer portal keeps it.
  static final class Application {
    final String id;
    final String self;
    final String publicKey;
    final Map<String, ObjectNode> commands = new ConcurrentHashMap<>();
    volatile int flags = CAN_READ_MESSAGES;
    volatile String endpoint = "";
    volatile int servers;

    Application(String id, String self, String publicKey) {
      this.id = id;
      this.self = self;
      this.publicKey = publicKey;
    }
  }

  private final Map<String, Application> applications = new ConcurrentHashMap<>();
  private final TestingDiscordHistory history = new TestingDiscordHistory();
  private final TestingAnswers<Call, Answer> answers =
      new TestingAnswers<>(this::applicationOf, new Answer.Good());
  private final List<Call> calls = new CopyOnWriteArrayList<>();
  private final Map<String, List<ObjectNode>> visible = new ConcurrentHashMap<>();
  private final Map<String, ObjectNode> byNonce = new ConcurrentHashMap<>();

  /// What stands where a command was deferred, by the interaction's token.
  private final Map<String, Optional<String>> deferred = new ConcurrentHashMap<>();

  private final AtomicInteger sequence = new AtomicInteger();
  private final AtomicLong messages = new AtomicLong(1_200_000_000_000_000_000L);
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final HttpServer server;
  private volatile String gatewayUrl = "";

  TestingDiscord() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1_000);
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

  /// What channels keep.
  TestingDiscordHistory history() {
    return history;
  }

  void gatewayUrl(String url) {
    gatewayUrl = url;
  }

  /// An application with a bot of this token.
  Application register(String token, String publicKey) {
    int number = sequence.incrementAndGet();
    var application =
        new Application("91000000000000%04d".formatted(number), self(number), publicKey);
    applications.put(token, application);
    return application;
  }

  private static String self(int number) {
    return "90000000000000%04d".formatted(number);
  }

  Optional<Application> application(String token) {
    return Optional.ofNullable(applications.get(token));
  }

  void startOver() {
    answers.startOver();
  }

  void answer(Function<Call, Answer> how) {
    answers.answer(how);
  }

  /// What the next calls with a text are answered with, one after another; then all is well.
  void answerTexts(Answer... first) {
    answers.answer(Call::isOfText, List.of(first));
  }

  /// The application's id, which an interaction's webhook has in its path instead of a token.
  private String applicationOf(Call call) {
    var application = applications.get(call.token());
    return application == null ? call.path().split("/", -1)[2] : application.id;
  }

  /// The calls of a path that begins so, in the order in which they came.
  List<Call> calls(String method, String path) {
    return calls.stream()
        .filter(call -> call.method().equals(method) && call.path().startsWith(path))
        .toList();
  }

  /// What people see in a channel.
  List<String> visible(String channel) {
    return visible.getOrDefault(channel, List.of()).stream()
        .map(message -> message.path("content").asText())
        .toList();
  }

  /// Discord got the answer to an interaction: it shows that the bot is thinking.
  void defer(String interactionToken) {
    deferred.putIfAbsent(interactionToken, Optional.empty());
  }

  /// The text where a command was deferred; empty while the bot is thinking.
  Optional<String> answered(String interactionToken) {
    return deferred.getOrDefault(interactionToken, Optional.empty());
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      var authorization = exchange.getRequestHeaders().getFirst("Authorization");
      var call =
          new Call(
              exchange.getRequestMethod(),
              exchange.getRequestURI().getPath().substring(ROOT.length()),
              Optional.ofNullable(exchange.getRequestURI().getQuery()).orElse(""),
              authorization == null ? "" : authorization.replaceFirst("^Bot ", ""),
              new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
      calls.add(call);
      switch (answers.to(call)) {
        case Answer.Cut() -> {}
        case Answer.Lost() -> result(call);
        case Answer.Status status -> send(exchange, status);
        case Answer.Good() -> send(exchange, result(call));
      }
    }
  }

  private Answer.Status result(Call call) {
    var words = call.path().split("/", -1);
    if (words[1].equals("webhooks")) {
      return ofWebhook(call, words[3]);
    }
    if (words[1].equals("interactions")) {
      if (call.json().path("type").asInt() == 5) {
        defer(words[3]);
      } else {
        deferred.put(words[3], Optional.of(call.json().at("/data/content").asText()));
      }
      return empty();
    }
    var application = applications.get(call.token());
    if (application == null) {
      return json(401, "{\"message\":\"401: Unauthorized\",\"code\":0}");
    }
    return switch (words[1]) {
      case "users" -> json(200, user(application).toString());
      case "applications" -> ofApplication(call, application, words);
      case "gateway" ->
          json(
              200,
              "{\"url\":\"%s\",\"shards\":1,\"session_start_limit\":{\"total\":1000,\"remaining\":999,\"reset_after\":0,\"max_concurrency\":1}}"
                  .formatted(gatewayUrl));
      default -> ofChannel(call, application, words);
    };
  }

  static ObjectNode user(Application application) {
    return MAPPER
        .createObjectNode()
        .put("id", application.self)
        .put("username", "penny")
        .put("discriminator", "4242")
        .put("bot", true)
        .putNull("avatar");
  }

  private static Answer.Status ofApplication(Call call, Application application, String[] words) {
    if (words.length == 3) {
      var json =
          MAPPER
              .createObjectNode()
              .put("id", application.id)
              .put("name", "Penny")
              .put("verify_key", application.publicKey)
              .put("flags", application.flags)
              .put("approximate_guild_count", application.servers);
      json.put(
          "interactions_endpoint_url",
          application.endpoint.isEmpty() ? null : application.endpoint);
      return json(200, json.toString());
    }
    return switch (call.method()) {
      case "POST" -> {
        var command = (ObjectNode) call.json();
        command.put("id", Integer.toString(command.path("name").asText().hashCode()));
        application.commands.put(command.path("name").asText(), command);
        yield json(201, command.toString());
      }
      case "DELETE" -> {
        application.commands.values().removeIf(it -> it.path("id").asText().equals(words[4]));
        yield empty();
      }
      default -> json(200, application.commands.values().toString());
    };
  }

  private Answer.Status ofWebhook(Call call, String interactionToken) {
    if (!deferred.containsKey(interactionToken)) {
      return json(404, "{\"message\":\"Unknown Webhook\",\"code\":10015}");
    }
    var text = call.json().path("content").asText();
    deferred.merge(
        interactionToken,
        Optional.of(text),
        (before, now) ->
            call.method().equals("PATCH") ? now : Optional.of(before.orElse("") + text));
    return json(200, withId(call).toString());
  }

  private Answer.Status ofChannel(Call call, Application application, String[] words) {
    var channel = words[2];
    if (words.length == 3) {
      return history.channel(channel);
    }
    if (call.method().equals("GET")) {
      return history.messages(channel, call.query());
    }
    return words[3].equals("typing") ? empty() : message(call, application, channel);
  }

  private Answer.Status message(Call call, Application application, String channel) {
    var text = call.json().path("content").asText();
    if (text.isBlank() || text.codePointCount(0, text.length()) > LENGTH_MAX) {
      return json(400, "{\"message\":\"Invalid Form Body\",\"code\":50035}");
    }
    var nonce = call.json().path("nonce").asText();
    boolean isUnique = call.json().path("enforce_nonce").asBoolean() && !nonce.isEmpty();
    synchronized (byNonce) {
      var known = isUnique ? byNonce.get(call.token() + nonce) : null;
      if (known != null) {
        return json(200, known.toString());
      }
      var message = withId(call);
      byNonce.put(call.token() + nonce, message);
      message.put("channel_id", channel).put("type", 0).set("author", user(application));
      visible.computeIfAbsent(channel, _ -> new CopyOnWriteArrayList<>()).add(message);
      history.add(message);
      return json(200, message.toString());
    }
  }

  private ObjectNode withId(Call call) {
    return ((ObjectNode) call.json()).put("id", Long.toString(messages.incrementAndGet()));
  }

  private static Answer.Status json(int status, String body) {
    return new Answer.Status(status, "application/json", body);
  }

  private static Answer.Status empty() {
    return json(204, "");
  }

  private static void send(HttpExchange exchange, Answer.Status answer) throws IOException {
    byte[] bytes = answer.body().getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", answer.contentType());
    exchange.getResponseHeaders().set("Via", "1.1 google"); // without it the library sees a ban
    exchange.sendResponseHeaders(answer.status(), bytes.length == 0 ? -1 : bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
