package dev.pennyworth.botsapi;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// Stripe as its API looks from outside: forms in, JSON out, and the first answer again under the
/// same idempotency key. And what its webhooks send, signed.
public final class TestingStripe implements AutoCloseable {
  static final String API_KEY = "sk_test_pennyworth";
  static final String WEBHOOK_SECRET = "whsec_pennyworth";

  private final HttpServer server;
  private final List<Asked> asked = new CopyOnWriteArrayList<>();
  private final Map<String, Answer> answers = new ConcurrentHashMap<>();
  private final Map<String, Map<String, String>> intents = new ConcurrentHashMap<>();
  private final AtomicInteger ids = new AtomicInteger();
  private final AtomicReference<Mood> mood = new AtomicReference<>(Mood.PAYS);
  private final AtomicReference<String> savedCard = new AtomicReference<>("");

  /// How the next charges and checkouts go.
  enum Mood {
    PAYS,
    DECLINES,
    TAKES_ITS_TIME,
    /// Does what it is asked to, and the answer is lost.
    LOSES_ANSWERS,
    IS_DOWN
  }

  /// A request that came.
  record Asked(String method, String path, Map<String, String> form, String idempotencyKey) {}

  private record Answer(int status, String json) {}

  TestingStripe() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/", this::handle);
    server.start();
  }

  Map<String, String> environment() {
    return Map.of(
        "STRIPE_API_KEY", API_KEY,
        "STRIPE_WEBHOOK_SECRET", WEBHOOK_SECRET,
        "STRIPE_API_URL", "http://localhost:" + server.getAddress().getPort());
  }

  void be(Mood other) {
    mood.set(other);
  }

  void saveCard(String card) {
    savedCard.set(card);
  }

  List<Asked> asked(String path) {
    return asked.stream().filter(it -> it.path().startsWith(path)).toList();
  }

  /// Money that has come for an intent that took its time.
  void pay(String intent) {
    intents.getOrDefault(intent, new ConcurrentHashMap<>()).put("status", "succeeded");
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      var request =
          new Asked(
              exchange.getRequestMethod(),
              exchange.getRequestURI().getPath(),
              form(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8)),
              String.valueOf(exchange.getRequestHeaders().getFirst("Idempotency-Key")));
      asked.add(request);
      var answer = answer(request, exchange.getRequestHeaders().getFirst("Authorization"));
      byte[] json = answer.json().getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", "application/json");
      exchange.getResponseHeaders().set("Request-Id", "req_" + ids.incrementAndGet());
      exchange.sendResponseHeaders(answer.status(), json.length);
      // Cut in the middle. The JDK's client may ask once more by itself, under the same key.
      int length = mood.get() == Mood.LOSES_ANSWERS ? json.length / 2 : json.length;
      exchange.getResponseBody().write(json, 0, length);
    }
  }

  private Answer answer(Asked request, String authorization) {
    if (!("Bearer " + API_KEY).equals(authorization)) {
      return error(401, "invalid_request_error", "bad_key");
    }
    if (mood.get() == Mood.IS_DOWN) {
      return error(503, "api_error", "down");
    }
    if (request.method().equals("POST")) {
      return answers.computeIfAbsent(request.idempotencyKey(), _ -> made(request));
    }
    if (request.path().endsWith("/payment_methods")) {
      return new Answer(200, cards());
    }
    var intent = intents.get(request.path().replace("/v1/payment_intents/", ""));
    return intent == null
        ? error(404, "invalid_request_error", "resource_missing")
        : new Answer(200, intentJson(intent));
  }

  private Answer made(Asked request) {
    return switch (request.path()) {
      case "/v1/checkout/sessions" -> session(request.form());
      case "/v1/payment_intents" -> charge(request.form());
      default -> error(404, "invalid_request_error", "unknown_url");
    };
  }

  private Answer session(Map<String, String> form) {
    var id = "cs_test_" + ids.incrementAndGet();
    return new Answer(
        200,
        """
        {"id":"%s","object":"checkout.session","url":"https://checkout.stripe.com/c/pay/%s",
         "amount_total":%s,"currency":"usd","status":"open","payment_status":"unpaid"}
        """
            .formatted(id, id, form.get("line_items[0][price_data][unit_amount]")));
  }

  private Answer charge(Map<String, String> form) {
    var intent = new ConcurrentHashMap<>(form);
    intent.put("id", "pi_auto_" + ids.incrementAndGet());
    intent.put("status", mood.get() == Mood.TAKES_ITS_TIME ? "processing" : "succeeded");
    if (mood.get() == Mood.DECLINES) {
      return new Answer(
          402,
          """
          {"error":{"type":"card_error","code":"card_declined","decline_code":"insufficient_funds",
           "message":"Your card has insufficient funds."}}
          """);
    }
    intents.put(intent.get("id"), intent);
    return new Answer(200, intentJson(intent));
  }

  /// An intent that a person paid on a checkout, as it is read back.
  void addIntent(String id, Map<String, String> metadata) {
    var intent = new ConcurrentHashMap<String, String>();
    intent.put("id", id);
    intent.put("status", "succeeded");
    intent.put("amount", "1000");
    metadata.forEach((key, value) -> intent.put("metadata[" + key + "]", value));
    intents.put(id, intent);
  }

  private static String intentJson(Map<String, String> intent) {
    boolean isPaid = "succeeded".equals(intent.get("status"));
    var metadata =
        intent.entrySet().stream()
            .filter(entry -> entry.getKey().startsWith("metadata["))
            .map(entry ->
                "\"%s\":\"%s\""
                    .formatted(
                        entry.getKey().substring(9, entry.getKey().length() - 1), entry.getValue()))
            .collect(Collectors.joining(","));
    return """
    {"id":"%s","object":"payment_intent","status":"%s","amount":%s,"amount_received":%s,
     "currency":"usd","metadata":{%s}}
    """
        .formatted(
            intent.get("id"),
            intent.get("status"),
            intent.get("amount"),
            isPaid ? intent.get("amount") : "0",
            metadata);
  }

  private String cards() {
    var data =
        savedCard.get().isEmpty()
            ? ""
            : "{\"id\":\"%s\",\"object\":\"payment_method\",\"type\":\"card\"}"
                .formatted(savedCard.get());
    return """
    {"object":"list","data":[%s],"has_more":false,"url":"/v1/customers/x/payment_methods"}
    """
        .formatted(data);
  }

  private static Answer error(int status, String type, String code) {
    return new Answer(
        status,
        "{\"error\":{\"type\":\"%s\",\"code\":\"%s\",\"message\":\"No.\"}}".formatted(type, code));
  }

  private static Map<String, String> form(String body) {
    var form = new LinkedHashMap<String, String>();
    for (var pair : body.split("&", -1)) {
      int equals = pair.indexOf('=');
      if (equals > 0) {
        form.put(
            URLDecoder.decode(pair.substring(0, equals), StandardCharsets.UTF_8),
            URLDecoder.decode(pair.substring(equals + 1), StandardCharsets.UTF_8));
      }
    }
    return form;
  }

  /// The metadata that a request carried.
  static Map<String, String> metadata(Asked asked, String prefix) {
    return asked.form().entrySet().stream()
        .filter(entry -> entry.getKey().startsWith(prefix + "["))
        .collect(
            Collectors.toMap(
                entry -> entry.getKey().substring(prefix.length() + 1, entry.getKey().length() - 1),
                Map.Entry::getValue));
  }

  static String json(Map<String, String> metadata) {
    return metadata.entrySet().stream()
        .map(entry -> "\"%s\":\"%s\"".formatted(entry.getKey(), entry.getValue()))
        .collect(Collectors.joining(",", "{", "}"));
  }

  /// An event in Stripe's envelope.
  static String event(String type, String object) {
    return """
    {"id":"evt_1","object":"event","api_version":"2024-06-20","type":"%s","livemode":false,
     "data":{"object":%s}}
    """
        .formatted(type, object);
  }

  /// Sends a webhook as Stripe does.
  static TestingAnswer send(TestingServer server, String event) {
    long now = server.clock().instant().getEpochSecond();
    return send(server, event, "t=%d,v1=%s".formatted(now, sign(now, event, WEBHOOK_SECRET)));
  }

  /// Sends a webhook with a signature of the test's.
  static TestingAnswer send(TestingServer server, String event, String signature) {
    var request =
        HttpRequest.newBuilder(URI.create(server.address() + "/api/stripe/webhook"))
            .timeout(Duration.ofSeconds(30))
            .header("Content-Type", "application/json; charset=utf-8")
            .POST(HttpRequest.BodyPublishers.ofString(event));
    if (!signature.isEmpty()) {
      request.header("Stripe-Signature", signature);
    }
    return server.send(request.build());
  }

  static String sign(long timestamp, String body, String secret) {
    try {
      var mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
      var signed = timestamp + "." + body;
      return HexFormat.of().formatHex(mac.doFinal(signed.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException | InvalidKeyException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
