package dev.pennyworth.billing;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// Reads ledger rows, a page of them or the whole chain.
final class JdbcLedgerRows {
  private static final int ROWS_FETCHED_AT_ONCE = 1_000;

  private JdbcLedgerRows() {}

  static List<LedgerRow> list(Handle handle, TeamId team, JdbcLedger.Filter filter) {
    return handle
        .createQuery(
            """
            SELECT t.*,
              array_agg(e.account ORDER BY e.line) AS accounts,
              array_agg(e.amount_nanos ORDER BY e.line) AS amounts,
              max(e.balance_after_nanos) AS balance_after_nanos
            FROM ledger_transaction t
            JOIN ledger_entry e ON e.team_id = t.team_id AND e.seq = t.seq
            WHERE t.team_id = :team
              AND t.seq < :before
              AND (:from::timestamptz IS NULL OR t.at >= :from)
              AND (:to::timestamptz IS NULL OR t.at < :to)
              AND (:bot::uuid IS NULL OR t.bot_id = :bot)
              AND (:kind::text IS NULL OR t.kind = :kind)
              AND (:turn::uuid IS NULL OR t.turn_id = :turn)
            GROUP BY t.team_id, t.seq
            ORDER BY t.seq DESC
            LIMIT :rows
            """)
        .bind("team", team.uuid())
        .bind("before", filter.before())
        .bindByType("from", filter.from().orElse(null), Instant.class)
        .bindByType("to", filter.to().orElse(null), Instant.class)
        .bindByType("bot", filter.bot().map(BotId::uuid).orElse(null), UUID.class)
        .bindByType("kind", filter.kind().orElse(null), String.class)
        .bindByType("turn", filter.turn().map(TurnId::uuid).orElse(null), UUID.class)
        .bind("rows", filter.rowsMax())
        .map((row, _) -> read(row))
        .list();
  }

  /// Hands over every row of a team's chain, oldest first.
  static void forEach(Handle tx, TeamId team, Consumer<LedgerRow> reader) {
    try (var rows =
        tx
            .createQuery(
                """
                SELECT t.*,
                  array_agg(e.account ORDER BY e.line) AS accounts,
                  array_agg(e.amount_nanos ORDER BY e.line) AS amounts,
                  max(e.balance_after_nanos) AS balance_after_nanos
                FROM ledger_transaction t
                LEFT JOIN ledger_entry e ON e.team_id = t.team_id AND e.seq = t.seq
                WHERE t.team_id = :team
                GROUP BY t.team_id, t.seq
                ORDER BY t.seq
                """)
            .bind("team", team.uuid())
            .setFetchSize(ROWS_FETCHED_AT_ONCE)
            .map((row, _) -> read(row))
            .stream()) {
      rows.forEach(reader);
    }
  }

  private static LedgerRow read(ResultSet row) throws SQLException {
    var entries = entries(row);
    return new LedgerRow(
        row.getLong("seq"),
        new TxnId(row.getObject("txn_id", UUID.class)),
        row.getString("source_key"),
        row.getTimestamp("at").toInstant(),
        row.getString("kind"),
        walletAmount(entries),
        new NanoUsd(row.getLong("balance_after_nanos")),
        Optional.ofNullable(row.getObject("event_day", LocalDate.class)),
        uuid(row, "bot_id").map(BotId::new),
        uuid(row, "turn_id").map(TurnId::new),
        Optional.ofNullable(row.getObject("step", Integer.class)),
        uuid(row, "hold_id").map(HoldId::new),
        text(row, "purpose"),
        text(row, "llm_provider"),
        text(row, "llm_model"),
        text(row, "price_id"),
        text(row, "provider_request_id"),
        new TokenUsage(
            row.getLong("tokens_input"),
            row.getLong("tokens_output"),
            row.getLong("tokens_cache_read"),
            row.getLong("tokens_cache_write")),
        new NanoUsd(row.getLong("cost_nanos")),
        new NanoUsd(row.getLong("billed_nanos")),
        List.of((String[]) row.getArray("flags").getArray()),
        entries,
        Hash.of(row.getBytes("previous_hash")),
        Hash.of(row.getBytes("hash")));
  }

  private static NanoUsd walletAmount(List<LedgerRow.Entry> entries) {
    return entries.stream()
        .filter(entry -> entry.account().equals(Posting.Account.WALLET.word()))
        .map(LedgerRow.Entry::amount)
        .reduce(NanoUsd.ZERO, NanoUsd::plus);
  }

  private static List<LedgerRow.Entry> entries(ResultSet row) throws SQLException {
    var accounts = (String[]) row.getArray("accounts").getArray();
    var amounts = (Long[]) row.getArray("amounts").getArray();
    // A row whose entries are gone aggregates to a single NULL: it reads as having none.
    if (Arrays.asList(accounts).contains(null)) {
      return List.of();
    }
    return IntStream.range(0, accounts.length)
        .mapToObj(i -> new LedgerRow.Entry(accounts[i], new NanoUsd(amounts[i])))
        .toList();
  }

  private static Optional<UUID> uuid(ResultSet row, String column) throws SQLException {
    return Optional.ofNullable(row.getObject(column, UUID.class));
  }

  private static Optional<String> text(ResultSet row, String column) throws SQLException {
    @Nullable String value = row.getString(column);
    return Optional.ofNullable(value);
  }
}
