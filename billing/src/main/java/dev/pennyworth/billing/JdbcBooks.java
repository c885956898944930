package dev.pennyworth.billing;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// Locks the rows that a batch of bookings needs and writes what [Books] made of them, each table
/// by one statement for the whole batch.
///
/// Locks are taken in one order, whoever asks: budgets by team and key, then wallets by team, then
/// plans' periods. A bot's lifetime row sorts before its other budgets and is its lock: limits are
/// read once it is held, so that a change of them is seen at once. A wallet's row is its team's.
final class JdbcBooks {
  private JdbcBooks() {}

  /// @param now cut to microseconds
  static Books lock(Handle tx, List<Booking> bookings, Instant now) {
    var requests = bookings.stream().flatMap(booking -> booking.requests().stream()).toList();
    var holds =
        bookings.stream()
            .flatMap(booking -> booking.resolutions().stream())
            .map(Resolution::hold)
            .toList();
    var budgets = lockBudgets(tx, keys(requests, Map.of(), now), holds);
    var limits = limits(tx, requests);
    var keys = keys(requests, limits, now);
    lockLimited(tx, keys, budgets);
    var teams =
        bookings.stream().map(Booking::team).collect(Collectors.toCollection(LinkedHashSet::new));
    var accounts = lockWallets(tx, teams);
    JdbcTeamLimits.read(tx, teams).forEach((team, set) -> found(accounts, team).setLimits(set));
    lockPeriods(tx, requests, holds, now)
        .forEach(period -> found(accounts, period.team()).addPeriod(period));
    return new Books(now, budgets, accounts, keys, limits);
  }

  private static <K, V> V found(Map<K, V> rows, K key) {
    return Optional.ofNullable(rows.get(key)).orElseThrow();
  }

  /// Messages and end users are counted only where the bot limits them, which is known once the
  /// bot's lock is held. Nobody else can hold their rows then.
  private static void lockLimited(
      Handle tx, Map<HoldRequest, List<BudgetKey>> keys, Map<Books.BudgetId, BudgetRow> locked) {
    var more = new HashMap<Books.BudgetId, Optional<BudgetKey>>();
    keys.forEach((request, counted) ->
        counted.forEach(key ->
            more.put(new Books.BudgetId(request.key().team(), key.text()), Optional.of(key))));
    more.keySet().removeAll(locked.keySet());
    if (!more.isEmpty()) {
      locked.putAll(lockOrMake(tx, more));
    }
  }

  private static Map<HoldRequest, List<BudgetKey>> keys(
      List<HoldRequest> requests, Map<BotId, Map<LimitKind, NanoUsd>> limits, Instant now) {
    var keys = new HashMap<HoldRequest, List<BudgetKey>>();
    for (var request : requests) {
      var limited = limits.getOrDefault(request.key().bot(), Map.of()).keySet();
      keys.put(request, BudgetKey.of(request, limited, now));
    }
    return keys;
  }

  private static Map<Books.BudgetId, BudgetRow> lockBudgets(
      Handle tx, Map<HoldRequest, List<BudgetKey>> keys, List<Hold> holds) {
    var wanted = new HashMap<Books.BudgetId, Optional<BudgetKey>>();
    for (var hold : holds) {
      hold.budgetKeys()
          .forEach(key -> wanted.put(new Books.BudgetId(hold.key().team(), key), Optional.empty()));
    }
    keys.forEach((request, counted) ->
        counted.forEach(key ->
            wanted.put(new Books.BudgetId(request.key().team(), key.text()), Optional.of(key))));
    return lockOrMake(tx, wanted);
  }

  private static Map<Books.BudgetId, BudgetRow> lockOrMake(
      Handle tx, Map<Books.BudgetId, Optional<BudgetKey>> wanted) {
    var found = lockBudgets(tx, wanted.keySet());
    if (found.size() < wanted.size()) {
      var missing = new HashMap<>(wanted);
      missing.keySet().removeAll(found.keySet());
      makeBudgets(tx, missing);
      found.putAll(lockBudgets(tx, missing.keySet()));
    }
    return found;
  }

  private static Map<Books.BudgetId, BudgetRow> lockBudgets(
      Handle tx, Collection<Books.BudgetId> wanted) {
    var rows = new HashMap<Books.BudgetId, BudgetRow>();
    JdbcColumns.of(
            tx,
            wanted,
            """
            SELECT b.team_id, b.budget_key, b.bot_id, b.kind, b.resets_at, b.limit_nanos,
              b.ceiling_nanos, b.spent_nanos, b.held_nanos
            FROM budget b
            JOIN unnest(?::uuid[], ?::text[]) AS wanted (team_id, budget_key)
              ON b.team_id = wanted.team_id AND b.budget_key = wanted.budget_key
            ORDER BY b.team_id, b.budget_key
            FOR UPDATE OF b
            """)
        .uuids(id -> id.team().uuid())
        .texts(Books.BudgetId::key)
        .query(JdbcBooks::budget)
        .forEach(row -> rows.put(new Books.BudgetId(row.team(), row.key()), row));
    return rows;
  }

  private static void makeBudgets(Handle tx, Map<Books.BudgetId, Optional<BudgetKey>> missing) {
    var rows = missing.entrySet();
    JdbcColumns.of(
            tx,
            rows,
            """
            INSERT INTO budget (team_id, budget_key, bot_id, kind)
            SELECT team_id, budget_key, bot_id, kind
            FROM unnest(?::uuid[], ?::text[], ?::uuid[], ?::text[])
              AS row (team_id, budget_key, bot_id, kind)
            ORDER BY team_id, budget_key
            ON CONFLICT (team_id, budget_key) DO NOTHING
            """)
        .uuids(row -> row.getKey().team().uuid())
        .texts(row -> row.getKey().key())
        .uuids(row -> made(row).bot().map(BotId::uuid).orElse(null))
        .texts(row -> made(row).kind().word())
        .execute();
  }

  /// Only a request makes a budget: those of a hold exist since it was taken.
  private static BudgetKey made(Map.Entry<Books.BudgetId, Optional<BudgetKey>> row) {
    return row.getValue()
        .orElseThrow(() -> new IllegalStateException("there is no budget " + row.getKey().key()));
  }

  private static BudgetRow budget(ResultSet row) throws SQLException {
    return new BudgetRow(
        new TeamId(row.getObject("team_id", UUID.class)),
        row.getString("budget_key"),
        Optional.ofNullable(row.getObject("bot_id", UUID.class)).map(BotId::new),
        LimitKind.of(row.getString("kind")),
        Optional.ofNullable(row.getTimestamp("resets_at")).map(java.sql.Timestamp::toInstant),
        nanos(row, "limit_nanos"),
        nanos(row, "ceiling_nanos"),
        new NanoUsd(row.getLong("spent_nanos")),
        new NanoUsd(row.getLong("held_nanos")));
  }

  private static Optional<NanoUsd> nanos(ResultSet row, String column) throws SQLException {
    return Optional.ofNullable(row.getObject(column, Long.class)).map(NanoUsd::new);
  }

  private static Map<TeamId, TeamAccount> lockWallets(Handle tx, Collection<TeamId> teams) {
    var accounts = new HashMap<TeamId, TeamAccount>();
    JdbcColumns.of(
            tx,
            teams,
            """
            SELECT team_id, balance_nanos, held_nanos, spent_nanos, ledger_seq, ledger_hash
            FROM wallet
            WHERE team_id = ANY(?)
            ORDER BY team_id
            FOR UPDATE
            """)
        .uuids(TeamId::uuid)
        .query(row ->
            new TeamAccount(
                new TeamId(row.getObject("team_id", UUID.class)),
                new NanoUsd(row.getLong("balance_nanos")),
                new NanoUsd(row.getLong("held_nanos")),
                new NanoUsd(row.getLong("spent_nanos")),
                row.getLong("ledger_seq"),
                Hash.of(row.getBytes("ledger_hash"))))
        .forEach(account -> accounts.put(account.team(), account));
    return accounts;
  }

  private static List<PlanPeriod> lockPeriods(
      Handle tx, List<HoldRequest> requests, List<Hold> holds, Instant now) {
    var current =
        requests.stream()
            .filter(request -> request.mode() == BillingMode.PLAN_QUOTA)
            .map(request -> request.key().team())
            .collect(Collectors.toSet());
    var pinned = holds.stream().filter(hold -> hold.plan().isPresent()).toList();
    return current.isEmpty() && pinned.isEmpty()
        ? List.of()
        : JdbcPlanPeriods.lock(tx, current, now, pinned);
  }

  private static Map<BotId, Map<LimitKind, NanoUsd>> limits(Handle tx, List<HoldRequest> requests) {
    var limits = new HashMap<BotId, Map<LimitKind, NanoUsd>>();
    if (requests.isEmpty()) {
      return limits;
    }
    Set<StepKey> asking = requests.stream().map(HoldRequest::key).collect(Collectors.toSet());
    JdbcColumns.of(
            tx,
            asking,
            """
            SELECT DISTINCT l.bot_id, l.kind, l.limit_nanos
            FROM bot_limit l
            JOIN unnest(?::uuid[], ?::uuid[]) AS wanted (team_id, bot_id)
              ON l.team_id = wanted.team_id AND l.bot_id = wanted.bot_id
            """)
        .uuids(key -> key.team().uuid())
        .uuids(key -> key.bot().uuid())
        .query(row ->
            new BotLimit(
                new BotId(row.getObject(1, UUID.class)),
                LimitKind.of(row.getString(2)),
                new NanoUsd(row.getLong(3))))
        .forEach(limit ->
            limits
                .computeIfAbsent(limit.bot(), _ -> new EnumMap<>(LimitKind.class))
                .put(limit.kind(), limit.amount()));
    return limits;
  }

  private record BotLimit(BotId bot, LimitKind kind, NanoUsd amount) {}

  static void write(Handle tx, Books books) {
    writeBudgets(tx, list(books.budgets()));
    writeWallets(tx, list(books.accounts()));
    var periods = new ArrayList<PlanPeriod>();
    books.accounts().forEach(account -> account.periods().forEach(periods::add));
    if (!periods.isEmpty()) {
      JdbcPlanPeriods.write(tx, periods);
    }
    if (!books.holds().isEmpty()) {
      JdbcHolds.insert(tx, books.holds(), books.now());
    }
    if (!books.posted().isEmpty()) {
      JdbcLedgerRows.insert(tx, books.posted(), books.now());
      JdbcRollups.grow(tx, books.rollups());
    }
    if (!books.tellings().isEmpty()) {
      JdbcEvents.insert(tx, books.tellings(), books.now());
    }
  }

  private static void writeBudgets(Handle tx, List<BudgetRow> rows) {
    if (rows.isEmpty()) {
      return;
    }
    JdbcColumns.of(
            tx,
            rows,
            """
            UPDATE budget AS b
            SET resets_at = row.resets_at,
              limit_nanos = row.limit_nanos,
              ceiling_nanos = row.ceiling_nanos,
              spent_nanos = row.spent_nanos,
              held_nanos = row.held_nanos
            FROM unnest(?::uuid[], ?::text[], ?::timestamptz[], ?::bigint[],
              ?::bigint[], ?::bigint[], ?::bigint[])
              AS row (team_id, budget_key, resets_at, limit_nanos, ceiling_nanos, spent_nanos,
                held_nanos)
            WHERE b.team_id = row.team_id AND b.budget_key = row.budget_key
            """)
        .uuids(row -> row.team().uuid())
        .texts(BudgetRow::key)
        .texts(row -> row.resetsAt().map(Instant::toString).orElse(null))
        .longs(row -> row.limit().map(NanoUsd::nanos).orElse(null))
        .longs(row -> row.ceiling().map(NanoUsd::nanos).orElse(null))
        .longs(row -> row.spent().nanos())
        .longs(row -> row.held().nanos())
        .execute();
  }

  private static void writeWallets(Handle tx, List<TeamAccount> accounts) {
    JdbcColumns.of(
            tx,
            accounts,
            """
            UPDATE wallet AS w
            SET balance_nanos = row.balance_nanos,
              held_nanos = row.held_nanos,
              spent_nanos = row.spent_nanos,
              ledger_seq = row.ledger_seq,
              ledger_hash = decode(row.ledger_hash, 'hex')
            FROM unnest(?::uuid[], ?::bigint[], ?::bigint[], ?::bigint[],
              ?::bigint[], ?::text[])
              AS row (team_id, balance_nanos, held_nanos, spent_nanos, ledger_seq, ledger_hash)
            WHERE w.team_id = row.team_id
            """)
        .uuids(account -> account.team().uuid())
        .longs(account -> account.balance().nanos())
        .longs(account -> account.held().nanos())
        .longs(account -> account.spent().nanos())
        .longs(TeamAccount::seq)
        .texts(account -> account.hash().hex())
        .execute();
  }

  private static <T> List<T> list(Iterable<T> rows) {
    var list = new ArrayList<T>();
    rows.forEach(list::add);
    return list;
  }

  /// One column of many rows, to be bound as an array.
  static <T, C extends @Nullable Object> List<C> column(
      Collection<T> rows, Function<? super T, C> value) {
    var column = new ArrayList<C>(rows.size());
    rows.forEach(row -> column.add(value.apply(row)));
    return column;
  }
}
