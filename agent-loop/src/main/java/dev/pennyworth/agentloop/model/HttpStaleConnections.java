package dev.pennyworth.agentloop.model;

import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import okhttp3.Interceptor;
import okhttp3.Response;

/// Keeps requests off pooled connections that the server has hung up on.
///
/// OkHttp looks for itself only after ten idle seconds, and many servers hang up after five. A
/// request written on such a connection is lost, and nobody dares to send it again: for all one
/// knows, the provider has worked. So we listen for a moment before we write.
public final class HttpStaleConnections {
  private static final int LISTEN_MILLIS = 1;

  private HttpStaleConnections() {}

  /// An application interceptor: takes another connection for each stale one, a bounded number of
  /// times. Nothing was written on those.
  public static Response passOver(Interceptor.Chain chain, int staleMax) throws IOException {
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

  /// To be called by a network interceptor, when there is a connection and before the request is
  /// written on it.
  public static void refuse(Interceptor.Chain chain) throws IOException {
    var connection = chain.connection();
    if (connection != null && isHungUp(connection.socket())) {
      throw new StaleConnectionException();
    }
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
