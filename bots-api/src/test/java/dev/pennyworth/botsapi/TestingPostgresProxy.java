package dev.pennyworth.botsapi;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// Stands between the program and PostgreSQL, reads their wire protocol along, and holds a
/// transaction up at a named moment. Whoever waits for that moment can then kill the program,
/// knowing exactly what was committed, and what of it the program knows.
///
/// Everything else passes as it comes. A connection that is held up stays so until either side
/// closes it.
final class TestingPostgresProxy implements AutoCloseable {
  private final URI database;
  private final ServerSocket server;
  private final Set<TestingStop> stops = ConcurrentHashMap.newKeySet();
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();

  /// @param jdbcUrl of the database behind it
  TestingPostgresProxy(String jdbcUrl) {
    database = URI.create(jdbcUrl.substring("jdbc:".length()));
    try {
      server = new ServerSocket(0, 0, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Thread.ofVirtual().start(this::accept);
  }

  /// Where the program finds the database through this proxy, without credentials.
  String jdbcUrl() {
    return "jdbc:postgresql://127.0.0.1:" + server.getLocalPort() + database.getPath();
  }

  /// Holds up the next transaction that fits.
  TestingStop arm(TestingStop stop) {
    stops.add(stop);
    return stop;
  }

  /// Lets everything pass from now on.
  void disarm() {
    stops.clear();
  }

  private void accept() {
    try {
      while (true) {
        var client = server.accept();
        var upstream = new Socket(database.getHost(), database.getPort());
        for (var socket : Set.of(client, upstream)) {
          socket.setTcpNoDelay(true);
          sockets.add(socket);
        }
        var connection = new TestingPostgresConnection(client, upstream, stops);
        Thread.ofVirtual().start(() -> pump(client, upstream, connection::toServer));
        Thread.ofVirtual().start(() -> pump(client, upstream, connection::toClient));
      }
    } catch (IOException _) {
      return; // closed
    }
  }

  private interface Pump {
    void run() throws IOException;
  }

  /// Where one direction ends, the other has nobody to speak to.
  private void pump(Socket client, Socket upstream, Pump pump) {
    try (client;
        upstream) {
      pump.run();
    } catch (IOException _) {
      return; // one of them died
    } finally {
      sockets.removeAll(Set.of(client, upstream));
    }
  }

  @Override
  public void close() {
    try {
      server.close();
      for (var socket : sockets) {
        socket.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
