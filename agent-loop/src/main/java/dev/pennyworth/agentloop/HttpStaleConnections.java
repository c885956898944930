package dev.pennyworth.agentloop;

import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.Collections;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.TimeUnit;
import okhttp3.Connection;
import okhttp3.ConnectionPool;
import okhttp3.Interceptor;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Response;

/// Keeps requests off pooled connections that the server has hung up on, or is about to.
///
/// OkHttp looks for itself only after ten idle seconds, and many servers hang up after five. A
/// request written on such a connection is lost, and nobody dares to send it again: for all one
/// knows, the other side has worked. So we listen for a moment before we write. A server of
/// HTTP/1.0 hangs up after each answer, which OkHttp does not know either: its connections are used
/// once.
public final class HttpStaleConnections {
  private static final int LISTEN_MILLIS = 1;

  private final int staleMax;

  /// Those that their server closes.
  private final Set<Connection> usedUp =
      Collections.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));

  private HttpStaleConnections(int staleMax) {
    this.staleMax = staleMax;
  }

  /// Adds interceptors. Those that are added before see no stale connection, and network
  /// interceptors that are added after see only connections on which a request will be written.
  ///
  /// @param idleMax connections that are kept, all of which may be passed over for one call
  /// @param idleSecondsMax how long they are kept
  public static OkHttpClient.Builder keepOff(
      OkHttpClient.Builder http, int idleMax, long idleSecondsMax) {
    var stale = new HttpStaleConnections(idleMax);
    return http.connectionPool(new ConnectionPool(idleMax, idleSecondsMax, TimeUnit.SECONDS))
        .addInterceptor(stale::passOver)
        .addNetworkInterceptor(stale::watch);
  }

  /// Takes another connection for each stale one. Nothing was written on those.
  private Response passOver(Interceptor.Chain chain) throws IOException {
    int stale = 0;
    while (true) {
      try {
        return chain.proceed(chain.request());
      } catch (StaleConnectionException e) {
        stale++;
        if (stale > staleMax) {
          throw e;
        }
      }
    }
  }

  /// Runs when there is a connection, before the request is written on it.
  private Response watch(Interceptor.Chain chain) throws IOException {
    var connection = chain.connection();
    if (connection == null) {
      return chain.proceed(chain.request());
    }
    if (usedUp.contains(connection) || isHungUp(connection.socket())) {
      throw new StaleConnectionException();
    }
    var response = chain.proceed(chain.request());
    if (isLast(response)) {
      usedUp.add(connection);
    }
    return response;
  }

  private static boolean isLast(Response response) {
    return response.protocol() == Protocol.HTTP_1_0
        && !"keep-alive".equalsIgnoreCase(response.header("Connection"));
  }

  /// A server has nothing to say before it is asked: only silence is a good sign.
  private static boolean isHungUp(Socket socket) {
    try {
      int timeoutMillis = socket.getSoTimeout();
      socket.setSoTimeout(LISTEN_MILLIS);
      try {
        socket.getInputStream().read();
        return true; // the end, or a byte that nobody asked for
      } catch (SocketTimeoutException _) {
        socket.setSoTimeout(timeoutMillis);
        return false;
      }
    } catch (IOException _) {
      return true;
    }
  }

  private static final class StaleConnectionException extends IOException {
    private static final long serialVersionUID = 1;
  }
}
