package dev.pennyworth.migrations;

import javax.sql.DataSource;

/// A fresh database with the whole schema, on a real PostgreSQL, for one test.
///
/// The first one in a JVM starts the server; each is a copy of one migrated template, and is made
/// in milliseconds. All share the server's 200 connections.
public final class TestingDatabase implements AutoCloseable {
  private final TestingServer server;
  private final String name;

  TestingDatabase(TestingServer server, String name) {
    this.server = server;
    this.name = name;
  }

  /// A database with the schema and no rows but those that the migrations bring.
  public static TestingDatabase create() {
    return TestingServer.get().migrated();
  }

  /// A database with nothing in it.
  public static TestingDatabase createEmpty() {
    return TestingServer.get().empty();
  }

  /// Where the database is, without credentials.
  public String jdbcUrl() {
    return server.postgres().jdbcUrl(name);
  }

  /// A superuser.
  public String user() {
    return server.postgres().user();
  }

  /// The password of [#user()].
  public String password() {
    return server.postgres().password();
  }

  /// Opens a connection at each call; give it to a pool when that matters.
  public DataSource dataSource() {
    return server.postgres().dataSource(name);
  }

  /// Drops the database, and cuts the connections that are still open to it.
  @Override
  public void close() {
    server.drop(name);
  }
}
