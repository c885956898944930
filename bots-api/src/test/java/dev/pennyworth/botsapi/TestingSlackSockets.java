package dev.pennyworth.botsapi;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.java_websocket.WebSocket;
import org.java_websocket.handshake.ClientHandshake;
import org.java_websocket.server.WebSocketServer;

/// Slack's end of Socket Mode.
final class TestingSlackSockets implements AutoCloseable {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final int THREADS = 1;

  private final Server server = new Server();

  TestingSlackSockets() {
    server.setReuseAddr(true);
    server.start();
    try {
      if (!server.started.await(30, TimeUnit.SECONDS)) {
        throw new IllegalStateException("the WebSocket server did not start");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  String url() {
    return "ws://127.0.0.1:%d/link/?ticket=once&app_id=A0001".formatted(server.getPort());
  }

  /// Connections that are open now.
  int open() {
    return server.getConnections().size();
  }

  /// Connections that were ever opened.
  int opened() {
    return server.opened.size();
  }

  /// Sends to the connection opened last.
  void send(String text) {
    server.opened.getLast().send(text);
  }

  /// An event in its envelope.
  void sendEvent(String envelopeId, String payload) {
    send(
        "{\"envelope_id\":\"%s\",\"type\":\"events_api\",\"accepts_response_payload\":false,\"retry_attempt\":0,\"retry_reason\":\"\",\"payload\":%s}"
            .formatted(envelopeId, payload));
  }

  /// Breaks all connections as a network does.
  void cut() {
    server.getConnections().forEach(connection -> connection.closeConnection(1006, "cut"));
  }

  /// Whether an envelope was acknowledged.
  boolean isAcknowledged(String envelopeId) {
    return acknowledgement(envelopeId).has("envelope_id");
  }

  /// What came back for an envelope; an empty object if nothing did.
  JsonNode acknowledgement(String envelopeId) {
    return server.received.stream()
        .filter(answer -> answer.path("envelope_id").asText().equals(envelopeId))
        .findFirst()
        .orElse(MAPPER.createObjectNode());
  }

  @Override
  public void close() {
    try {
      server.stop(1_000);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private static final class Server extends WebSocketServer {
    private final List<WebSocket> opened = new CopyOnWriteArrayList<>();
    private final List<JsonNode> received = new CopyOnWriteArrayList<>();
    private final CountDownLatch started = new CountDownLatch(1);

    Server() {
      super(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), THREADS);
    }

    @Override
    public void onStart() {
      started.countDown();
    }

    @Override
    public void onOpen(WebSocket connection, ClientHandshake handshake) {
      opened.add(connection);
      connection.send(
          "{\"type\":\"hello\",\"num_connections\":1,\"connection_info\":{\"app_id\":\"A0001\"}}");
    }

    @Override
    public void onMessage(WebSocket connection, String message) {
      try {
        received.add(MAPPER.readTree(message));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public void onClose(WebSocket connection, int code, String reason, boolean remote) {}

    @Override
    public void onError(WebSocket connection, Exception e) {}
  }
}
