package dev.pennyworth.botsapi;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.pennyworth.migrations.EmbeddedPostgres;
import java.time.Duration;

/// The connections that everything shares.
final class JdbcPool {
  private static final int CONNECTIONS_MAX = 16;

  /// After this an accept answers 503, and the platform tries again.
  private static final Duration WAIT_MAX = Duration.ofMillis(2_500);

  private static final Duration VALIDATION_MAX = Duration.ofSeconds(1);
  private static final int CONNECT_TIMEOUT_SECONDS = 2;

  /// A server that vanished without a word is noticed after this.
  private static final int SOCKET_TIMEOUT_SECONDS = 60;

  /// A process that froze in a transaction must not keep the others from their rows. And every row
  /// is looked for by its key: a plan that was made while a table was nearly empty would go on
  /// reading all of it once it is large (measured by GateBenchmark: four times the work).
  private static final String SESSION =
      """
      SET lock_timeout = '10s'; SET idle_in_transaction_session_timeout = '20s'; \
      SET enable_seqscan = off\
      """;

  private JdbcPool() {}

  static HikariDataSource of(EmbeddedPostgres postgres) {
    var config = config(postgres.jdbcUrl());
    config.setUsername(postgres.user());
    config.setPassword(postgres.password());
    return new HikariDataSource(config);
  }

  /// @param jdbcUrl with the user's name and password in it
  static HikariDataSource of(String jdbcUrl) {
    return new HikariDataSource(config(jdbcUrl));
  }

  private static HikariConfig config(String jdbcUrl) {
    var config = new HikariConfig();
    config.setPoolName("pennyworth");
    config.setJdbcUrl(jdbcUrl);
    config.setMaximumPoolSize(CONNECTIONS_MAX);
    config.setConnectionTimeout(WAIT_MAX.toMillis());
    config.setValidationTimeout(VALIDATION_MAX.toMillis());
    config.setInitializationFailTimeout(-1); // survives a database that is away
    config.addDataSourceProperty("connectTimeout", CONNECT_TIMEOUT_SECONDS);
    config.addDataSourceProperty("socketTimeout", SOCKET_TIMEOUT_SECONDS);
    config.addDataSourceProperty("tcpKeepAlive", true);
    // The server's error details quote rows, and rows hold what people wrote.
    config.addDataSourceProperty("logServerErrorDetail", false);
    config.setConnectionInitSql(SESSION);
    config.addDataSourceProperty("ApplicationName", "pennyworth");
    return config;
  }
}
