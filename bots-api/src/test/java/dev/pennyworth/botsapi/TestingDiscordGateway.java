package dev.pennyworth.botsapi;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.java_websocket.WebSocket;
import org.java_websocket.handshake.ClientHandshake;
import org.java_websocket.server.WebSocketServer;

/// Discord's gateway as its documentation describes it: hello, identify, heartbeats, events with
/// their numbers, and sessions that are resumed with what was missed.
final class TestingDiscordGateway implements AutoCloseable {
  private static final int HEARTBEAT_MILLIS = 41_250;

  /// What the gateway knows of a bot, beyond one connection.
  private static final class Session {
    final List<String> events = new CopyOnWriteArrayList<>();
    volatile WebSocket socket;
    volatile boolean isReady;

    Session(WebSocket socket) {
      this.socket = socket;
    }

    boolean isOpen() {
      return socket.isOpen();
    }

    /// Numbers begin with that of READY.
    synchronized void send(String event, JsonNode payload) {
      var text = frame(0, payload).put("t", event).put("s", events.size() + 1).toString();
      events.add(text);
      if (socket.isOpen()) {
        socket.send(text);
      }
    }
  }

  private final TestingDiscord discord;
  private final Map<String, Session> sessions = new ConcurrentHashMap<>();
  private final Map<String, Integer> refused = new ConcurrentHashMap<>();
  private final Map<String, AtomicInteger> identified = new ConcurrentHashMap<>();
  private final AtomicInteger resumed = new AtomicInteger();
  private final CountDownLatch isUp = new CountDownLatch(1);
  private final Server server;

  TestingDiscordGateway(TestingDiscord discord) {
    this.discord = discord;
    this.server = new Server();
    server.setReuseAddr(true);
    server.setConnectionLostTimeout(0);
    server.start();
    try {
      if (!isUp.await(10, TimeUnit.SECONDS)) {
        throw new IllegalStateException("the gateway did not start");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
    discord.gatewayUrl(url());
  }

  private String url() {
    return "ws://127.0.0.1:" + server.getPort();
  }

  /// Closes whoever identifies itself with this token.
  void refuse(String token, int code) {
    refused.put(token, code);
  }

  /// How often a bot identified itself.
  int identified(String token) {
    return identified.getOrDefault(token, new AtomicInteger()).get();
  }

  /// How many sessions were resumed.
  int resumed() {
    return resumed.get();
  }

  boolean isConnected(String token) {
    var session = sessions.get(token);
    return session != null && session.isOpen();
  }

  /// Whether a bot has read READY: it was asked for a heartbeat afterwards.
  boolean isReady(String token) {
    var session = sessions.get(token);
    return session != null && session.isReady;
  }

  private void isReady(WebSocket socket, int number) {
    sessions.values().stream()
        .filter(session -> number > 0 && session.socket.equals(socket))
        .forEach(session -> session.isReady = true);
  }

  /// How many bots are connected and have read READY.
  long ready() {
    return sessions.values().stream()
        .filter(session -> session.isReady && session.isOpen())
        .count();
  }

  /// Tells a bot of an event, now or when it resumes its session.
  void send(String token, String event, JsonNode payload) {
    session(token).send(event, payload);
  }

  /// Cuts a bot's connection without a word.
  void cut(String token) {
    session(token).socket.closeConnection(1006, "cut");
  }

  private Session session(String token) {
    return Optional.ofNullable(sessions.get(token)).orElseThrow();
  }

  private static ObjectNode frame(int op, JsonNode payload) {
    return TestingDiscord.MAPPER.createObjectNode().put("op", op).set("d", payload);
  }

  private void identify(WebSocket socket, String token) {
    var application = discord.application(token);
    if (application.isEmpty() || refused.containsKey(token)) {
      countIdentified(token);
      socket.close(refused.getOrDefault(token, 4004), "refused");
      return;
    }
    var session = new Session(socket);
    sessions.put(token, session);
    var ready = TestingDiscord.MAPPER.createObjectNode().put("v", 10);
    ready.set("user", TestingDiscord.user(application.get()));
    ready.putArray("guilds");
    ready.putArray("private_channels");
    ready.put("session_id", "session-" + token).put("resume_gateway_url", url());
    ready.putObject("application").put("id", application.get().id).put("flags", 0);
    session.send("READY", ready);
    socket.send("{\"op\":1,\"d\":null}");
    countIdentified(token);
  }

  private void countIdentified(String token) {
    identified.computeIfAbsent(token, _ -> new AtomicInteger()).incrementAndGet();
  }

  private void resume(WebSocket socket, JsonNode asked) {
    var session = sessions.get(asked.path("token").asText());
    if (session == null) {
      socket.send(frame(9, TestingDiscord.MAPPER.getNodeFactory().booleanNode(false)).toString());
      return;
    }
    synchronized (session) {
      session.socket = socket;
      session.events.stream().skip(asked.path("seq").asInt()).forEach(socket::send);
      session.send("RESUMED", TestingDiscord.MAPPER.createObjectNode());
    }
    resumed.incrementAndGet();
  }

  private final class Server extends WebSocketServer {
    Server() {
      super(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    @Override
    public void onOpen(WebSocket socket, ClientHandshake handshake) {
      var hello =
          TestingDiscord.MAPPER.createObjectNode().put("heartbeat_interval", HEARTBEAT_MILLIS);
      socket.send(frame(10, hello).toString());
    }

    @Override
    public void onMessage(WebSocket socket, String text) {
      try {
        var message = TestingDiscord.MAPPER.readTree(text);
        switch (message.path("op").asInt()) {
          case 1 -> {
            isReady(socket, message.path("d").asInt());
            socket.send("{\"op\":11}");
          }
          case 2 -> identify(socket, message.at("/d/token").asText());
          case 6 -> resume(socket, message.path("d"));
          default -> {
            // presence and the like
          }
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public void onClose(WebSocket socket, int code, String reason, boolean isRemote) {}

    @Override
    public void onError(WebSocket socket, Exception e) {}

    @Override
    public void onStart() {
      isUp.countDown();
    }
  }

  @Override
  public void close() {
    try {
      server.stop(1_000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
