package dev.pennyworth.botsapi;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.pennyworth.botsapi.TestingStop.Moment;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// One connection through [TestingPostgresProxy]. What the program sends is put together until the
/// message that asks for an answer (`Sync`, or a simple `Query`), judged as a whole, and passed on.
///
/// Source: PostgreSQL's documentation, Frontend/Backend Protocol, Message Formats.
final class TestingPostgresConnection {
  private static final int SSL_REQUEST = 80_877_103;
  private static final int GSS_REQUEST = 80_877_104;
  private static final String OF_A_BATCH = "PBDEC"; // Parse, Bind, Describe, Execute, Close

  private final DataInputStream client;
  private final OutputStream clientOut;
  private final DataInputStream server;
  private final DataOutputStream serverOut;
  private final Set<TestingStop> stops;
  private final Map<String, String> sqlByStatement = new HashMap<>();
  private Transaction transaction = new Transaction(false);
  private volatile Optional<TestingStop> stopAtAnswer = Optional.empty();

  /// @param stops those that are armed; one that is reached is removed
  TestingPostgresConnection(Socket client, Socket server, Set<TestingStop> stops)
      throws IOException {
    this.client = in(client);
    this.clientOut = new BufferedOutputStream(client.getOutputStream());
    this.server = in(server);
    this.serverOut = new DataOutputStream(new BufferedOutputStream(server.getOutputStream()));
    this.stops = stops;
  }

  private static DataInputStream in(Socket socket) throws IOException {
    return new DataInputStream(new BufferedInputStream(socket.getInputStream()));
  }

  /// What a transaction held so far, and the stops whose team it named.
  private static final class Transaction {
    private final boolean isExplicit;
    private final List<String> statements = new ArrayList<>();
    private final Set<TestingStop> itsTeams = new HashSet<>();

    private Transaction(boolean isExplicit) {
      this.isExplicit = isExplicit;
    }
  }

  /// Passes on what the program sends, until it closes or is held up.
  void toServer() throws IOException {
    passStartup();
    var batch = new ByteArrayOutputStream();
    var statements = new ArrayList<String>();
    for (int type = client.read(); type >= 0; type = client.read()) {
      byte[] body = body(client);
      write(new DataOutputStream(batch), type, body);
      sql((char) type, body).ifPresent(statements::add);
      if (OF_A_BATCH.indexOf(type) < 0) {
        pass(batch.toByteArray(), statements);
        batch.reset();
        statements.clear();
      }
    }
  }

  /// The first message has no type. A wish for encryption is declined, and the next one follows.
  private void passStartup() throws IOException {
    while (true) {
      byte[] body = body(client);
      int code = ByteBuffer.wrap(body).getInt();
      if (code != SSL_REQUEST && code != GSS_REQUEST) {
        serverOut.writeInt(body.length + Integer.BYTES);
        serverOut.write(body);
        serverOut.flush();
        return;
      }
      clientOut.write('N');
      clientOut.flush();
    }
  }

  /// The statement that a message executes. The driver follows each `Bind` by its `Execute`.
  private Optional<String> sql(char type, byte[] body) {
    switch (type) {
      case 'Q' -> {
        return Optional.of(text(body, 0));
      }
      case 'P' -> {
        var name = text(body, 0);
        sqlByStatement.put(name, text(body, lengthOf(name)));
      }
      case 'B' -> {
        var portal = text(body, 0);
        return Optional.of(sqlByStatement.getOrDefault(text(body, lengthOf(portal)), ""));
      }
      default -> {}
    }
    return Optional.empty();
  }

  private static String text(byte[] body, int from) {
    int end = from;
    while (body[end] != 0) {
      end++;
    }
    return new String(body, from, end - from, UTF_8);
  }

  private static int lengthOf(String text) {
    return text.getBytes(UTF_8).length + 1;
  }

  private void pass(byte[] batch, List<String> statements) throws IOException {
    if (!statements.isEmpty()) {
      add(batch, statements);
      boolean commits = !transaction.isExplicit || holds("COMMIT", statements);
      holdUpAt(Moment.STATEMENT_SENT);
      if (commits) {
        holdUpAt(Moment.COMMIT_SENT);
        stopAtAnswer = take(Moment.COMMITTED);
      }
      if (commits || holds("ROLLBACK", statements)) {
        transaction = new Transaction(false);
      }
    }
    serverOut.write(batch);
    serverOut.flush();
  }

  private void add(byte[] batch, List<String> statements) {
    if (holds("BEGIN", statements)) {
      transaction = new Transaction(true);
    }
    transaction.statements.addAll(statements);
    var latin = new String(batch, ISO_8859_1);
    stops.stream().filter(stop -> stop.isNamedIn(latin)).forEach(transaction.itsTeams::add);
  }

  private static boolean holds(String word, List<String> statements) {
    return statements.stream().anyMatch(sql -> isWord(word, sql));
  }

  private static boolean isWord(String word, String sql) {
    return sql.strip().toUpperCase(Locale.ROOT).startsWith(word);
  }

  /// Until the program closes the connection, or dies.
  private void holdUpAt(Moment moment) throws IOException {
    var stop = take(moment);
    if (stop.isPresent()) {
      stop.get().reach();
      client.transferTo(OutputStream.nullOutputStream());
      throw new EOFException("the program went away at " + moment);
    }
  }

  private Optional<TestingStop> take(Moment moment) {
    return transaction.itsTeams.stream()
        .filter(stop -> stop.isAt(moment, transaction.statements))
        .filter(stops::remove)
        .findFirst();
  }

  /// Passes on what PostgreSQL answers, until it closes or is held up.
  void toClient() throws IOException {
    boolean isDone = false;
    for (int type = server.read(); type >= 0; type = server.read()) {
      byte[] body = body(server);
      if (stopAtAnswer.isEmpty()) {
        write(new DataOutputStream(clientOut), type, body);
        if (server.available() == 0) {
          clientOut.flush();
        }
        continue;
      }
      isDone |= type == 'C' && !text(body, 0).equals("ROLLBACK");
      if (type == 'Z' && isDone) {
        stopAtAnswer.get().reach();
        server.transferTo(OutputStream.nullOutputStream());
      }
    }
  }

  private static byte[] body(DataInputStream in) throws IOException {
    byte[] body = new byte[in.readInt() - Integer.BYTES];
    in.readFully(body);
    return body;
  }

  private static void write(DataOutputStream out, int type, byte[] body) throws IOException {
    out.write(type);
    out.writeInt(body.length + Integer.BYTES);
    out.write(body);
  }
}
