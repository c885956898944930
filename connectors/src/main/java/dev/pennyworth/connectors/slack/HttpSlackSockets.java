package dev.pennyworth.connectors.slack;

import dev.pennyworth.agentloop.HttpOnce;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import okhttp3.WebSocket;
import okhttp3.WebSocketListener;
import org.jspecify.annotations.Nullable;

/// The WebSockets to Slack, for Socket Mode. Each is read on a virtual thread of its own, one
/// message after another.
public final class HttpSlackSockets implements AutoCloseable {
  private static final Duration CONNECT_MAX = Duration.ofSeconds(10);

  /// A connection that does not answer for as long is dead.
  private static final Duration BETWEEN_PINGS = Duration.ofSeconds(15);

  private static final int SOCKETS_MAX = 4_000;
  private static final int GOING_AWAY = 1001;

  private final OkHttpClient client;

  public HttpSlackSockets(ExecutorService threads) {
    this.client =
        HttpOnce.builder(threads, SOCKETS_MAX)
            .connectTimeout(CONNECT_MAX)
            .readTimeout(CONNECT_MAX)
            .pingInterval(BETWEEN_PINGS)
            .build();
  }

  /// Who hears what comes.
  interface Receiver {
    /// A message. What is thrown ends the connection.
    void received(Socket socket, String text);

    /// The connection has ended, or never came about. May be called twice.
    void ended(Socket socket);
  }

  /// A connection.
  interface Socket {
    /// Whether it will be sent; if not, the connection is about to end.
    boolean send(String text);

    void close();
  }

  /// Begins to connect. Returns at once.
  ///
  /// @param url a WebSocket's; a secret
  void open(URI url, Receiver receiver) {
    client.newWebSocket(
        new Request.Builder().url(url.toString()).build(),
        new WebSocketListener() {
          @Override
          public void onMessage(WebSocket webSocket, String text) {
            receiver.received(new Opened(webSocket), text);
          }

          @Override
          public void onClosing(WebSocket webSocket, int code, String reason) {
            webSocket.close(GOING_AWAY, null);
            receiver.ended(new Opened(webSocket));
          }

          @Override
          public void onFailure(WebSocket webSocket, Throwable t, @Nullable Response response) {
            receiver.ended(new Opened(webSocket));
          }
        });
  }

  private record Opened(WebSocket webSocket) implements Socket {
    @Override
    public boolean send(String text) {
      return webSocket.send(text);
    }

    @Override
    public void close() {
      webSocket.close(GOING_AWAY, null);
    }
  }

  @Override
  public void close() {
    client.dispatcher().cancelAll();
    client.connectionPool().evictAll();
  }
}
