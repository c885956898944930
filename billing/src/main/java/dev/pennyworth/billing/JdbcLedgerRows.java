package dev.pennyworth.billing;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// The rows of the ledger: appends some, reads a page of them or a whole chain.
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

  /// Appends rows that have their place and their hash, of one or of many teams.
  ///
  /// @param at when all of them were decided
  static void insert(Handle tx, List<Books.Posted> posted, Instant at) {
    insertTransactions(tx, posted, at);
    insertEntries(tx, posted);
  }

  private static void insertTransactions(Handle tx, List<Books.Posted> posted, Instant at) {
    JdbcColumns.of(
            tx,
            posted,
            """
            INSERT INTO ledger_transaction
              (team_id, seq, txn_id, source_key, kind, at, event_day, bot_id, turn_id, step, hold_id,
               purpose, llm_provider, llm_model, tool_name, price_id, provider_request_id,
               tokens_input, tokens_output, tokens_cache_read, tokens_cache_write,
               tokens_cache_write_1h, cost_nanos, billed_nanos, flags, previous_hash, hash)
            SELECT team_id, seq, txn_id, source_key, kind, ?, event_day, bot_id, turn_id, step,
              hold_id, purpose, llm_provider, llm_model, tool_name, price_id, provider_request_id,
              tokens_input, tokens_output, tokens_cache_read, tokens_cache_write,
              tokens_cache_write_1h, cost_nanos, billed_nanos, string_to_array(flags, ','),
              decode(previous_hash, 'hex'), decode(hash, 'hex')
            FROM unnest(?::uuid[], ?::bigint[], ?::uuid[], ?::text[],
              ?::text[], ?::date[], ?::uuid[], ?::uuid[], ?::integer[],
              ?::uuid[], ?::text[], ?::text[], ?::text[],
              ?::text[], ?::text[], ?::text[], ?::bigint[],
              ?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[],
              ?::bigint[], ?::bigint[], ?::text[], ?::text[],
              ?::text[])
              AS row (team_id, seq, txn_id, source_key, kind, event_day, bot_id, turn_id, step,
                hold_id, purpose, llm_provider, llm_model, tool_name, price_id,
                provider_request_id, tokens_input, tokens_output, tokens_cache_read,
                tokens_cache_write, tokens_cache_write_1h, cost_nanos, billed_nanos, flags,
                previous_hash, hash)
            """)
        .instant(at)
        .uuids(one -> one.team().uuid())
        .longs(one -> one.row().seq())
        .uuids(one -> one.row().txn().uuid())
        .texts(one -> one.row().sourceKey())
        .texts(one -> one.row().kind())
        .texts(one -> one.row().eventDay().map(LocalDate::toString).orElse(null))
        .uuids(one -> one.row().bot().map(BotId::uuid).orElse(null))
        .uuids(one -> one.row().turn().map(TurnId::uuid).orElse(null))
        .ints(one -> one.row().step().orElse(null))
        .uuids(one -> one.row().hold().map(HoldId::uuid).orElse(null))
        .texts(one -> one.row().purpose().orElse(null))
        .texts(one -> one.row().provider().orElse(null))
        .texts(one -> one.row().model().orElse(null))
        .texts(one -> one.row().tool().orElse(null))
        .texts(one -> one.row().priceId().orElse(null))
        .texts(one -> one.row().providerRequestId().orElse(null))
        .longs(one -> one.row().tokens().input())
        .longs(one -> one.row().tokens().output())
        .longs(one -> one.row().tokens().cacheRead())
        .longs(one -> one.row().tokens().cacheWrite())
        .longs(one -> one.row().tokens().cacheWriteHour())
        .longs(one -> one.row().cost().nanos())
        .longs(one -> one.row().billed().nanos())
        .texts(one -> String.join(",", one.row().flags()))
        .texts(one -> one.row().previousHash().hex())
        .texts(one -> one.row().hash().hex())
        .execute();
  }

  private record Line(TeamId team, LedgerRow row, int number, LedgerRow.Entry entry) {
    boolean isWallets() {
      return entry.account().equals(Posting.Account.WALLET.word());
    }
  }

  private static void insertEntries(Handle tx, List<Books.Posted> posted) {
    var lines = new ArrayList<Line>();
    for (var one : posted) {
      int number = 0;
      for (var entry : one.row().entries()) {
        lines.add(new Line(one.team(), one.row(), ++number, entry));
      }
    }
    JdbcColumns.of(
            tx,
            lines,
            """
            INSERT INTO ledger_entry (team_id, seq, line, account, amount_nanos, balance_after_nanos)
            SELECT team_id, seq, line, account, amount_nanos, balance_after_nanos
            FROM unnest(?::uuid[], ?::bigint[], ?::integer[], ?::text[],
              ?::bigint[], ?::bigint[])
              AS row (team_id, seq, line, account, amount_nanos, balance_after_nanos)
            """)
        .uuids(line -> line.team().uuid())
        .longs(line -> line.row().seq())
        .ints(Line::number)
        .texts(line -> line.entry().account())
        .longs(line -> line.entry().amount().nanos())
        .longs(line -> line.isWallets() ? line.row().balanceAfter().nanos() : null)
        .execute();
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
        text(row, "tool_name"),
        text(row, "price_id"),
        text(row, "provider_request_id"),
        new TokenUsage(
            row.getLong("tokens_input"),
            row.getLong("tokens_output"),
            row.getLong("tokens_cache_read"),
            row.getLong("tokens_cache_write") - row.getLong("tokens_cache_write_1h"),
            row.getLong("tokens_cache_write_1h")),
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
