package dev.pennyworth.botsapi;

import dev.pennyworth.agentloop.Eventually;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.jdbi.v3.core.Jdbi;

/// A bot on a platform, with a team of its own: what becomes of its replies.
abstract class TestingPlatformBot {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /// Where it is reached.
  abstract TestingServer server();

  /// As its owner has it.
  abstract TestingBot bot();

  final void awaitState(int count, String state) {
    Eventually.holds(
        "%d %s, with %s".formatted(count, state, column("state")),
        PATIENCE,
        () ->
            count("outbox WHERE lease_until = '-infinity' AND state = '" + state + "' AND")
                == count);
  }

  final void awaitRetry() {
    Eventually.holds(
        "one is to be tried again",
        () ->
            count(
                    "outbox WHERE lease_until = '-infinity' AND state = 'pending' AND attempts = 1 AND")
                == 1);
  }

  /// A column of the outbox, in the order of the replies; null becomes an empty text.
  final List<String> column(String name) {
    return jdbi()
        .withHandle(handle ->
            handle
                .select(
                    "SELECT coalesce(%s::text, '') FROM outbox WHERE team_id = ? ORDER BY created_at, seq"
                        .formatted(name),
                    team())
                .mapTo(String.class)
                .list());
  }

  /// What the owner reads of the reply that failed.
  final String error() {
    return jdbi()
        .withHandle(handle ->
            handle
                .select("SELECT error FROM outbox WHERE error IS NOT NULL AND team_id = ?", team())
                .mapTo(String.class)
                .one());
  }

  final boolean nextAttemptIsDue() {
    return jdbi()
        .withHandle(handle ->
            handle
                .select(
                    "SELECT next_attempt_at <= ? FROM outbox WHERE team_id = ?",
                    server().clock().instant(),
                    team())
                .mapTo(Boolean.class)
                .one());
  }

  /// @param from a table, or one with a condition that ends with AND
  final int count(String from) {
    var where = from.contains("WHERE") ? from : from + " WHERE";
    return jdbi()
        .withHandle(handle ->
            handle
                .select("SELECT count(*) FROM " + where + " team_id = ?", team())
                .mapTo(Integer.class)
                .one());
  }

  private UUID team() {
    return bot().team().id().uuid();
  }

  final Jdbi jdbi() {
    return server().bean(Jdbi.class);
  }
}
