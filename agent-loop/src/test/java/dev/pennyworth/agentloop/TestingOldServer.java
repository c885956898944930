package dev.pennyworth.agentloop;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/// A server as simple as can be. In HTTP/1.0 it reads no second request from a connection, and
/// hangs up only when it is asked one: so that nobody hears beforehand that it has no ear any more.
public final class TestingOldServer implements AutoCloseable {
  private final String version;
  private final Function<Integer, String> answers;
  private final ServerSocket listener;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final AtomicInteger connections = new AtomicInteger();
  private final List<String> requests = new CopyOnWriteArrayList<>();

  /// Answers the number of the request, from 1 on.
  public TestingOldServer(String version) throws IOException {
    this(version, String::valueOf);
  }

  /// @param answers JSON by the number of the request, from 1 on
  public TestingOldServer(String version, Function<Integer, String> answers) throws IOException {
    this.version = version;
    this.answers = answers;
    listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    threads.execute(this::listen);
  }

  public String url() {
    return "http://127.0.0.1:" + listener.getLocalPort();
  }

  public int connections() {
    return connections.get();
  }

  /// First line and body of each request that was read.
  public List<String> requests() {
    return List.copyOf(requests);
  }

  private void listen() {
    try {
      while (true) {
        var socket = listener.accept();
        connections.incrementAndGet();
        threads.execute(() -> talk(socket));
      }
    } catch (IOException _) {
      // Closed.
    }
  }

  private void talk(Socket socket) {
    try (socket) {
      var in =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
      while (true) {
        var first = in.readLine();
        if (first == null) {
          return;
        }
        var body = body(in);
        requests.add(first + "\n" + body);
        var answer = answers.apply(requests.size());
        var head =
            "%s 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
                .formatted(version, answer.length());
        socket.getOutputStream().write((head + answer).getBytes(StandardCharsets.US_ASCII));
        if (version.equals("HTTP/1.0")) {
          var _ = in.read();
          return;
        }
      }
    } catch (IOException _) {
      // The other side has gone.
    }
  }

  private static String body(BufferedReader in) throws IOException {
    int length = 0;
    for (var line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {
      var header = line.toLowerCase(Locale.ROOT);
      if (header.startsWith("content-length:")) {
        length = Integer.parseInt(header.substring("content-length:".length()).strip());
      }
    }
    var body = new char[length];
    int read = 0;
    while (read < length) {
      int more = in.read(body, read, length - read);
      if (more < 0) {
        throw new IOException("the body is cut");
      }
      read += more;
    }
    return new String(body);
  }

  @Override
  public void close() throws IOException {
    listener.close();
    threads.shutdownNow();
  }
}
