package dev.pennyworth.agentloop;

import java.util.List;
import java.util.concurrent.ExecutorService;
import okhttp3.Dispatcher;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;

/// What all our HTTP clients have in common: each call is made once. Nothing is sent again behind
/// the caller's back, since it may have been paid for or read, and no redirect is followed, since
/// whoever answers may not choose where our secrets go.
///
/// HTTP/1.1 is pinned, as a shared HTTP/2 connection fails above the server's limit of streams.
/// Connections are opened on the caller's own thread, so callers on virtual threads cost no
/// platform threads.
public final class HttpOnce {
  private HttpOnce() {}

  /// @param threads for what is called in the background
  public static OkHttpClient.Builder builder(ExecutorService threads, int callsAtOnceMax) {
    return new OkHttpClient.Builder()
        .dispatcher(dispatcher(threads, callsAtOnceMax))
        .protocols(List.of(Protocol.HTTP_1_1))
        .followRedirects(false)
        .followSslRedirects(false)
        .retryOnConnectionFailure(false)
        .fastFallback(false); // it connects on platform threads, one for each attempt
  }

  /// One server may have all the calls.
  public static Dispatcher dispatcher(ExecutorService threads, int callsAtOnceMax) {
    var dispatcher = new Dispatcher(threads);
    dispatcher.setMaxRequests(callsAtOnceMax);
    dispatcher.setMaxRequestsPerHost(callsAtOnceMax);
    return dispatcher;
  }
}
