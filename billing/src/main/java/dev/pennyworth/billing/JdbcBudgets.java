package dev.pennyworth.billing;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/// The limits of bots, and how much of each is spent and held.
///
/// The lifetime row of a bot is its lock: it is taken first by whoever reserves, settles or changes
/// a limit, so that a new period's row cannot be made with a limit that is being changed.
public final class JdbcBudgets {
  private final InstantSource clock;

  JdbcBudgets(InstantSource clock) {
    this.clock = clock;
  }

  /// Replaces a bot's limits; what is missing from the map has no limit from now on. Works at once,
  /// also below what is spent. Must be called once when a bot is made. Joins the caller's
  /// transaction.
  public void setLimits(Handle tx, TeamId team, BotId bot, Map<LimitKind, NanoUsd> limits) {
    makeLifetime(tx, team, bot);
    lockLifetime(tx, team, bot);
    tx.createUpdate(
            """
            DELETE FROM bot_limit
            WHERE team_id = :team AND bot_id = :bot
            """)
        .bind("team", team.uuid())
        .bind("bot", bot.uuid())
        .execute();
    limits.forEach((kind, limit) -> insertLimit(tx, team, bot, kind, limit));
  }

  /// The limits that an owner set. Joins the caller's transaction.
  public Map<LimitKind, NanoUsd> limits(Handle tx, TeamId team, BotId bot) {
    var limits = new HashMap<LimitKind, NanoUsd>();
    tx.createQuery(
            """
            SELECT kind, limit_nanos
            FROM bot_limit
            WHERE team_id = :team AND bot_id = :bot
            """)
        .bind("team", team.uuid())
        .bind("bot", bot.uuid())
        .map((row, _) -> Map.entry(LimitKind.of(row.getString(1)), new NanoUsd(row.getLong(2))))
        .forEach(entry -> limits.put(entry.getKey(), entry.getValue()));
    return Map.copyOf(limits);
  }

  /// The bot's budgets as they stand now: lifetime always, day, week and month with nothing spent
  /// if the period has not seen a step yet. Joins the caller's transaction.
  public List<BudgetState> states(Handle tx, TeamId team, BotId bot, ZoneId zone) {
    var day = clock.instant().atZone(zone).toLocalDate();
    var limits = limits(tx, team, bot);
    var keys = BudgetKey.ofBot(bot, zone, day);
    var rows = read(tx, team, keys);
    return keys.stream().map(key -> state(key, rows, limits)).toList();
  }

  /// The same of many bots at once.
  ///
  /// @param zones whose days each bot has
  public Map<BotId, List<BudgetState>> states(Handle tx, TeamId team, Map<BotId, ZoneId> zones) {
    var now = clock.instant();
    var keys = new HashMap<BotId, List<BudgetKey>>();
    zones.forEach(
        (bot, zone) -> keys.put(bot, BudgetKey.ofBot(bot, zone, now.atZone(zone).toLocalDate())));
    var limits = limits(tx, team, zones.keySet());
    var rows = read(tx, team, keys.values().stream().flatMap(List::stream).toList());
    var states = new HashMap<BotId, List<BudgetState>>();
    keys.forEach((bot, ofBot) -> {
      var limited = limits.getOrDefault(bot, Map.of());
      states.put(bot, ofBot.stream().map(key -> state(key, rows, limited)).toList());
    });
    return Map.copyOf(states);
  }

  private static Map<BotId, Map<LimitKind, NanoUsd>> limits(
      Handle tx, TeamId team, Collection<BotId> bots) {
    var limits = new HashMap<BotId, Map<LimitKind, NanoUsd>>();
    tx.createQuery(
            """
            SELECT bot_id, kind, limit_nanos
            FROM bot_limit
            WHERE team_id = :team AND bot_id = ANY(:bots)
            """)
        .bind("team", team.uuid())
        .bindArray("bots", UUID.class, bots.stream().map(BotId::uuid).toList())
        .map((row, _) ->
            Map.entry(
                new BotId(row.getObject(1, UUID.class)),
                Map.entry(LimitKind.of(row.getString(2)), new NanoUsd(row.getLong(3)))))
        .forEach(one ->
            limits
                .computeIfAbsent(one.getKey(), _ -> new HashMap<>())
                .put(one.getValue().getKey(), one.getValue().getValue()));
    return limits;
  }

  private static BudgetState state(
      BudgetKey key, Map<String, BudgetState> rows, Map<LimitKind, NanoUsd> limits) {
    var stored = Optional.ofNullable(rows.get(key.text()));
    return new BudgetState(
        key.kind(),
        key.resetsAt(),
        Optional.ofNullable(limits.get(key.kind())),
        stored.map(BudgetState::spent).orElse(NanoUsd.ZERO),
        stored.map(BudgetState::held).orElse(NanoUsd.ZERO));
  }

  /// What all of a team's bots have spent in this month, by UTC. Joins the caller's transaction.
  public BudgetState teamMonth(Handle tx, TeamId team, TeamLimits limits) {
    var key = BudgetKey.ofTeam(clock.instant());
    var row = Optional.ofNullable(read(tx, team, List.of(key)).get(key.text()));
    return new BudgetState(
        key.kind(),
        key.resetsAt(),
        limits.monthly(),
        row.map(BudgetState::spent).orElse(NanoUsd.ZERO),
        row.map(BudgetState::held).orElse(NanoUsd.ZERO));
  }

  /// What each of a team's bots has spent in its life. Joins the caller's transaction.
  public Map<BotId, NanoUsd> spent(Handle tx, TeamId team) {
    var spent = new HashMap<BotId, NanoUsd>();
    tx.createQuery(
            """
            SELECT bot_id, spent_nanos
            FROM budget
            WHERE team_id = :team AND kind = 'lifetime'
            """)
        .bind("team", team.uuid())
        .map((row, _) ->
            Map.entry(new BotId(row.getObject(1, UUID.class)), new NanoUsd(row.getLong(2))))
        .forEach(entry -> spent.put(entry.getKey(), entry.getValue()));
    return Map.copyOf(spent);
  }

  private static Map<String, BudgetState> read(Handle tx, TeamId team, List<BudgetKey> keys) {
    var states = new HashMap<String, BudgetState>();
    tx.createQuery(
            """
            SELECT budget_key, kind, resets_at, limit_nanos, spent_nanos, held_nanos
            FROM budget
            WHERE team_id = :team AND budget_key = ANY(:keys)
            """)
        .bind("team", team.uuid())
        .bindArray("keys", String.class, keys.stream().map(BudgetKey::text).toList())
        .map((row, _) -> Map.entry(row.getString("budget_key"), state(row)))
        .forEach(entry -> states.put(entry.getKey(), entry.getValue()));
    return states;
  }

  private static BudgetState state(ResultSet row) throws SQLException {
    return new BudgetState(
        LimitKind.of(row.getString("kind")),
        Optional.ofNullable(row.getTimestamp("resets_at")).map(Timestamp::toInstant),
        Optional.ofNullable(row.getObject("limit_nanos", Long.class)).map(NanoUsd::new),
        new NanoUsd(row.getLong("spent_nanos")),
        new NanoUsd(row.getLong("held_nanos")));
  }

  private static void makeLifetime(Handle tx, TeamId team, BotId bot) {
    tx.createUpdate(
            """
            INSERT INTO budget (team_id, budget_key, bot_id, kind)
            VALUES (:team, :key, :bot, 'lifetime')
            ON CONFLICT (team_id, budget_key) DO NOTHING
            """)
        .bind("team", team.uuid())
        .bind("key", BudgetKey.lifetime(bot).text())
        .bind("bot", bot.uuid())
        .execute();
  }

  private static void lockLifetime(Handle tx, TeamId team, BotId bot) {
    tx.createQuery(
            """
            SELECT 1
            FROM budget
            WHERE team_id = :team AND budget_key = :key
            FOR UPDATE
            """)
        .bind("team", team.uuid())
        .bind("key", BudgetKey.lifetime(bot).text())
        .mapTo(Integer.class)
        .one();
  }

  private static void insertLimit(
      Handle tx, TeamId team, BotId bot, LimitKind kind, NanoUsd limit) {
    tx.createUpdate(
            """
            INSERT INTO bot_limit (team_id, bot_id, kind, limit_nanos)
            VALUES (:team, :bot, :kind, :limit)
            """)
        .bind("team", team.uuid())
        .bind("bot", bot.uuid())
        .bind("kind", kind.word())
        .bind("limit", limit.nanos())
        .execute();
  }
}
