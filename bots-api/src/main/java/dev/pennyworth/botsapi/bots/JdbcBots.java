package dev.pennyworth.botsapi.bots;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pennyworth.agentloop.BotSettings;
import dev.pennyworth.agentloop.Bots;
import dev.pennyworth.agentloop.SecretText;
import dev.pennyworth.billing.BillingMode;
import dev.pennyworth.billing.BotId;
import dev.pennyworth.billing.JdbcBudgets;
import dev.pennyworth.billing.TeamId;
import dev.pennyworth.connectors.ActiveBot;
import dev.pennyworth.connectors.WebhookBot;
import dev.pennyworth.connectors.WebhookBots;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/// Bots in the database. Answers the agent loop and the webhooks, too, with bots as they need them.
final class JdbcBots implements Bots, WebhookBots {
  private final Jdbi jdbi;
  private final JdbcBudgets budgets;
  private final JdbcBotSecrets secrets;
  private final BotJson json;

  JdbcBots(Jdbi jdbi, JdbcBudgets budgets, JdbcBotSecrets secrets, BotJson json) {
    this.jdbi = jdbi;
    this.budgets = budgets;
    this.secrets = secrets;
    this.json = json;
  }

  @Override
  public Optional<BotSettings> find(TeamId team, BotId bot) {
    return jdbi.withHandle(handle ->
        find(handle, team, bot).map(found -> settings(found, secrets.open(handle, team, bot))));
  }

  @Override
  public Optional<WebhookBot> find(BotId bot) {
    return jdbi.withHandle(handle ->
        team(handle, bot)
            .flatMap(team -> find(handle, team, bot))
            .map(found -> opened(handle, found)));
  }

  /// The bot as its platform's connector needs to know it.
  WebhookBot opened(Handle handle, Bot bot) {
    return webhookBot(bot, secrets.open(handle, bot.team(), bot.id()));
  }

  @Override
  public List<ActiveBot> active(String platform) {
    return jdbi.withHandle(handle ->
        handle
            .createQuery(
                """
                SELECT team_id, bot_id, updated_at, active_since
                FROM bot
                WHERE platform = :platform AND status = 'active' AND deleted_at IS NULL
                ORDER BY team_id, bot_id
                """)
            .bind("platform", platform)
            .map((row, _) ->
                new ActiveBot(
                    new TeamId(row.getObject(1, UUID.class)),
                    new BotId(row.getObject(2, UUID.class)),
                    row.getTimestamp(3).toInstant(),
                    Optional.ofNullable(row.getTimestamp(4)).map(Timestamp::toInstant)))
            .list());
  }

  /// The bot as its owner set it up; empty if there is none, it was deleted or belongs to another
  /// team.
  Optional<Bot> find(Handle handle, TeamId team, BotId bot) {
    return handle
        .createQuery(
            """
            SELECT bot_id, slug, status, settings, created_at, updated_at
            FROM bot
            WHERE team_id = :team AND bot_id = :bot AND deleted_at IS NULL
            """)
        .bind("team", team.uuid())
        .bind("bot", bot.uuid())
        .map((row, _) -> read(handle, team, row))
        .findOne();
  }

  /// As [#find(Handle, TeamId, BotId)], locked for the rest of the transaction.
  Optional<Bot> lock(Handle tx, TeamId team, BotId bot) {
    tx.createQuery(
            """
            SELECT 1
            FROM bot
            WHERE team_id = :team AND bot_id = :bot
            FOR UPDATE
            """)
        .bind("team", team.uuid())
        .bind("bot", bot.uuid())
        .mapTo(Integer.class)
        .findOne();
    return find(tx, team, bot);
  }

  /// A team's bots, newest first, without their limits and fingerprints.
  ///
  /// @param before only bots older than this one
  List<Bot> list(Handle handle, TeamId team, Optional<BotId> before, int rowsMax) {
    return handle
        .createQuery(
            """
            SELECT bot_id, slug, status, settings, created_at, updated_at
            FROM bot
            WHERE team_id = :team AND deleted_at IS NULL
              AND (:before::uuid IS NULL OR bot_id < :before)
            ORDER BY bot_id DESC
            LIMIT :rows
            """)
        .bind("team", team.uuid())
        .bindByType("before", before.map(BotId::uuid).orElse(null), UUID.class)
        .bind("rows", rowsMax)
        .map((row, _) -> brief(team, row))
        .list();
  }

  /// What a bot is called, and whose days it has.
  record Named(String name, ZoneId zone) {}

  /// Those of these bots that are there.
  Map<BotId, Named> named(Handle handle, TeamId team, Collection<BotId> ids) {
    var named = new HashMap<BotId, Named>();
    handle
        .createQuery(
            """
            SELECT bot_id, settings ->> 'name', coalesce(settings ->> 'timezone', 'UTC')
            FROM bot
            WHERE team_id = :team AND bot_id = ANY(:bots) AND deleted_at IS NULL
            """)
        .bind("team", team.uuid())
        .bindArray("bots", UUID.class, ids.stream().map(BotId::uuid).toList())
        .map((row, _) ->
            Map.entry(
                new BotId(row.getObject(1, UUID.class)),
                new Named(row.getString(2), ZoneId.of(row.getString(3)))))
        .forEach(entry -> named.put(entry.getKey(), entry.getValue()));
    return Map.copyOf(named);
  }

  /// Adds a bot, unless its slug is taken in the team.
  boolean insert(Handle tx, TeamId team, BotId bot, String slug, ObjectNode settings, Instant now) {
    int inserted =
        tx.createUpdate(
                """
                INSERT INTO bot
                  (team_id, bot_id, slug, platform, status, settings, created_at, updated_at)
                VALUES (:team, :bot, :slug, :platform, 'draft', :settings::jsonb, :now, :now)
                ON CONFLICT (team_id, slug) DO NOTHING
                """)
            .bind("team", team.uuid())
            .bind("bot", bot.uuid())
            .bind("slug", slug)
            .bind("platform", settings.path("platform").asText())
            .bind("settings", settings.toString())
            .bind("now", now)
            .execute();
    if (inserted == 1) {
      insertAddress(tx, team, bot);
    }
    return inserted == 1;
  }

  void update(Handle tx, TeamId team, BotId bot, ObjectNode settings, Instant now) {
    tx.createUpdate(
            """
            UPDATE bot
            SET settings = :settings::jsonb, updated_at = :now
            WHERE team_id = :team AND bot_id = :bot
            """)
        .bind("team", team.uuid())
        .bind("bot", bot.uuid())
        .bind("settings", settings.toString())
        .bind("now", now)
        .execute();
  }

  void setStatus(Handle tx, TeamId team, BotId bot, String status, Instant now) {
    tx.createUpdate(
            """
            UPDATE bot
            SET
              status = :status,
              updated_at = :now,
              active_since = CASE
                WHEN :status <> 'active' THEN NULL
                WHEN status = 'active' THEN active_since
                ELSE :now
              END
            WHERE team_id = :team AND bot_id = :bot
            """)
        .bind("team", team.uuid())
        .bind("bot", bot.uuid())
        .bind("status", status)
        .bind("now", now)
        .execute();
  }

  /// Takes a bot away from its owner. Its ledger, figures and logs stay.
  void delete(Handle tx, TeamId team, BotId bot, Instant now) {
    tx.createUpdate(
            """
            UPDATE bot
            SET deleted_at = :now, status = 'paused', active_since = NULL, slug = slug || '/' || bot_id
            WHERE team_id = :team AND bot_id = :bot AND deleted_at IS NULL
            """)
        .bind("team", team.uuid())
        .bind("bot", bot.uuid())
        .bind("now", now)
        .execute();
  }

  private static Optional<TeamId> team(Handle handle, BotId bot) {
    return handle
        .createQuery(
            """
            SELECT team_id
            FROM bot_address
            WHERE bot_id = :bot
            """)
        .bind("bot", bot.uuid())
        .mapTo(UUID.class)
        .findOne()
        .map(TeamId::new);
  }

  private static void insertAddress(Handle tx, TeamId team, BotId bot) {
    tx.createUpdate(
            """
            INSERT INTO bot_address (bot_id, team_id)
            VALUES (:bot, :team)
            """)
        .bind("bot", bot.uuid())
        .bind("team", team.uuid())
        .execute();
  }

  /// A list shows neither limits nor fingerprints, and may be long.
  private Bot brief(TeamId team, ResultSet row) throws SQLException {
    String settings = row.getString("settings");
    return new Bot(
        team,
        new BotId(row.getObject("bot_id", UUID.class)),
        row.getString("slug"),
        row.getString("status"),
        settings,
        json.document(settings, Map.of()),
        Map.of(),
        row.getTimestamp("created_at").toInstant(),
        row.getTimestamp("updated_at").toInstant());
  }

  private Bot read(Handle handle, TeamId team, ResultSet row) throws SQLException {
    var id = new BotId(row.getObject("bot_id", UUID.class));
    String settings = row.getString("settings");
    return new Bot(
        team,
        id,
        row.getString("slug"),
        row.getString("status"),
        settings,
        json.document(settings, budgets.limits(handle, team, id)),
        secrets.fingerprints(handle, team, id),
        row.getTimestamp("created_at").toInstant(),
        row.getTimestamp("updated_at").toInstant());
  }

  private static WebhookBot webhookBot(Bot bot, Map<String, SecretText> opened) {
    var secret = Optional.ofNullable(opened.get(BotSecrets.WEBHOOK_SECRET));
    boolean isCustom = bot.document().platform().equals("custom");
    return new WebhookBot(
        bot.document().platform(),
        bot.status().equals("active") && (secret.isPresent() || !isCustom),
        secret.orElse(new SecretText("")),
        platformConfig(opened),
        settings(bot, opened));
  }

  private static Map<String, SecretText> platformConfig(Map<String, SecretText> opened) {
    var config = new HashMap<String, SecretText>();
    opened.forEach((name, secret) ->
        BotSecrets.platformField(name).ifPresent(field -> config.put(field, secret)));
    return config;
  }

  /// The owner's key is for calls that he pays for himself, and for a provider of his own: a call
  /// that the wallet pays for goes out with the operator's pooled key.
  private static BotSettings settings(Bot bot, Map<String, SecretText> opened) {
    var document = bot.document();
    boolean usesOwnKey =
        document.billingMode() == BillingMode.BYOK || document.llmProvider().equals("custom");
    return new BotSettings(
        bot.team(),
        bot.id(),
        document.workspaceId(),
        document.systemPrompt(),
        document.llmProvider(),
        document.llmModel(),
        document.llmConfig().lightModel(),
        document.llmConfig().stepDownPercent(),
        usesOwnKey ? Optional.ofNullable(opened.get(BotSecrets.LLM_API_KEY)) : Optional.empty(),
        document.llmConfig().baseUrl(),
        document
            .llmConfig()
            .temperature()
            .map(value -> OptionalDouble.of(value.doubleValue()))
            .orElse(OptionalDouble.empty()),
        document.billingMode(),
        document.maxLoopIterations(),
        document.maxTokensPerTurn(),
        Duration.ofMillis(document.timeoutMs()),
        document.conversationMaxMessages(),
        Duration.ofHours(document.conversationTtlHours()),
        document.endUserMessagesPerMinute(),
        document.fallbackMessage(),
        document.limitMessage(),
        document.welcomeMessage(),
        document.onLimit().equals("park"),
        document.approval(),
        Set.copyOf(document.costUsers()),
        document.mergeBursts(),
        document.timezone());
  }
}
