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
import java.util.function.Function;
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
    tx.createUpdate(
            """
            INSERT INTO ledger_transaction
              (team_id, seq, txn_id, source_key, kind, at, event_day, bot_id, turn_id, step, hold_id,
               purpose, llm_provider, llm_model, tool_name, price_id, provider_request_id,
               tokens_input, tokens_output, tokens_cache_read, tokens_cache_write,
               cost_nanos, billed_nanos, flags, previous_hash, hash)
            SELECT team_id, seq, txn_id, source_key, kind, :at, event_day, bot_id, turn_id, step,
              hold_id, purpose, llm_provider, llm_model, tool_name, price_id, provider_request_id,
              tokens_input, tokens_output, tokens_cache_read, tokens_cache_write,
              cost_nanos, billed_nanos, string_to_array(flags, ','),
              decode(previous_hash, 'hex'), decode(hash, 'hex')
            FROM unnest(:teams::uuid[], :seqs::bigint[], :txns::uuid[], :sources::text[],
              :kinds::text[], :days::date[], :bots::uuid[], :turns::uuid[], :steps::integer[],
              :holds::uuid[], :purposes::text[], :providers::text[], :models::text[],
              :tools::text[], :prices::text[], :requests::text[], :inputs::bigint[],
              :outputs::bigint[], :cache_reads::bigint[], :cache_writes::bigint[],
              :costs::bigint[], :billed::bigint[], :flags::text[], :previous::text[],
              :hashes::text[])
              AS row (team_id, seq, txn_id, source_key, kind, event_day, bot_id, turn_id, step,
                hold_id, purpose, llm_provider, llm_model, tool_name, price_id,
                provider_request_id, tokens_input, tokens_output, tokens_cache_read,
                tokens_cache_write, cost_nanos, billed_nanos, flags, previous_hash, hash)
            """)
        .bind("at", at)
        .bindArray("teams", UUID.class, JdbcBooks.column(posted, one -> one.team().uuid()))
        .bindArray("seqs", Long.class, of(posted, LedgerRow::seq))
        .bindArray("txns", UUID.class, of(posted, row -> row.txn().uuid()))
        .bindArray("sources", String.class, of(posted, LedgerRow::sourceKey))
        .bindArray("kinds", String.class, of(posted, LedgerRow::kind))
        .bindArray(
            "days", String.class, maybe(posted, row -> row.eventDay().map(LocalDate::toString)))
        .bindArray("bots", UUID.class, maybe(posted, row -> row.bot().map(BotId::uuid)))
        .bindArray("turns", UUID.class, maybe(posted, row -> row.turn().map(TurnId::uuid)))
        .bindArray("steps", Integer.class, maybe(posted, LedgerRow::step))
        .bindArray("holds", UUID.class, maybe(posted, row -> row.hold().map(HoldId::uuid)))
        .bindArray("purposes", String.class, maybe(posted, LedgerRow::purpose))
        .bindArray("providers", String.class, maybe(posted, LedgerRow::provider))
        .bindArray("models", String.class, maybe(posted, LedgerRow::model))
        .bindArray("tools", String.class, maybe(posted, LedgerRow::tool))
        .bindArray("prices", String.class, maybe(posted, LedgerRow::priceId))
        .bindArray("requests", String.class, maybe(posted, LedgerRow::providerRequestId))
        .bindArray("inputs", Long.class, of(posted, row -> row.tokens().input()))
        .bindArray("outputs", Long.class, of(posted, row -> row.tokens().output()))
        .bindArray("cache_reads", Long.class, of(posted, row -> row.tokens().cacheRead()))
        .bindArray("cache_writes", Long.class, of(posted, row -> row.tokens().cacheWrite()))
        .bindArray("costs", Long.class, of(posted, row -> row.cost().nanos()))
        .bindArray("billed", Long.class, of(posted, row -> row.billed().nanos()))
        .bindArray("flags", String.class, of(posted, row -> String.join(",", row.flags())))
        .bindArray("previous", String.class, of(posted, row -> row.previousHash().hex()))
        .bindArray("hashes", String.class, of(posted, row -> row.hash().hex()))
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
    tx.createUpdate(
            """
            INSERT INTO ledger_entry (team_id, seq, line, account, amount_nanos, balance_after_nanos)
            SELECT team_id, seq, line, account, amount_nanos, balance_after_nanos
            FROM unnest(:teams::uuid[], :seqs::bigint[], :lines::integer[], :accounts::text[],
              :amounts::bigint[], :balances::bigint[])
              AS row (team_id, seq, line, account, amount_nanos, balance_after_nanos)
            """)
        .bindArray("teams", UUID.class, JdbcBooks.column(lines, line -> line.team().uuid()))
        .bindArray("seqs", Long.class, JdbcBooks.column(lines, line -> line.row().seq()))
        .bindArray("lines", Integer.class, JdbcBooks.column(lines, Line::number))
        .bindArray(
            "accounts", String.class, JdbcBooks.column(lines, line -> line.entry().account()))
        .bindArray(
            "amounts", Long.class, JdbcBooks.column(lines, line -> line.entry().amount().nanos()))
        .bindArray(
            "balances",
            Long.class,
            JdbcBooks.column(
                lines, line -> line.isWallets() ? line.row().balanceAfter().nanos() : null))
        .execute();
  }

  private static <C> List<C> of(List<Books.Posted> posted, Function<LedgerRow, C> value) {
    return JdbcBooks.column(posted, one -> value.apply(one.row()));
  }

  private static <C> List<@Nullable C> maybe(
      List<Books.Posted> posted, Function<LedgerRow, Optional<C>> value) {
    return JdbcBooks.column(posted, one -> value.apply(one.row()).orElse(null));
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
