package dev.pennyworth.botsapi.bots;

import dev.pennyworth.agentloop.BotSettings;
import dev.pennyworth.billing.BotId;
import dev.pennyworth.billing.TeamId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Jdbi;

/// A team's bots, as programs that chat with them know them: by id, or by the name that stands in
/// addresses.
public final class JdbcChatBots {
  /// What one list shows: it comes in one piece.
  private static final int LISTED_MAX = 1_000;

  private final Jdbi jdbi;
  private final JdbcBots bots;

  JdbcChatBots(Jdbi jdbi, JdbcBots bots) {
    this.jdbi = jdbi;
    this.bots = bots;
  }

  /// A bot as it is listed.
  public record ChatBot(BotId id, String slug, String name, String status, Instant createdAt) {}

  /// The team's bots, newest first.
  public List<ChatBot> list(TeamId team) {
    return jdbi.withHandle(handle ->
        bots.list(handle, team, Optional.empty(), LISTED_MAX).stream()
            .map(JdbcChatBots::listed)
            .toList());
  }

  /// @param name a bot's id or slug
  public Optional<ChatBot> find(TeamId team, String name) {
    return id(team, name)
        .flatMap(id -> jdbi.withHandle(handle -> bots.find(handle, team, id)))
        .map(JdbcChatBots::listed);
  }

  /// @param name a bot's id or slug
  public Optional<BotSettings> settings(TeamId team, String name) {
    return id(team, name).flatMap(id -> bots.find(team, id));
  }

  private Optional<BotId> id(TeamId team, String name) {
    return BotId.parse(name).or(() -> ofSlug(team, name));
  }

  private Optional<BotId> ofSlug(TeamId team, String slug) {
    return jdbi.withHandle(handle ->
        handle
            .createQuery(
                """
                SELECT bot_id
                FROM bot
                WHERE team_id = :team AND slug = :slug AND deleted_at IS NULL
                """)
            .bind("team", team.uuid())
            .bind("slug", slug)
            .mapTo(UUID.class)
            .findOne()
            .map(BotId::new));
  }

  private static ChatBot listed(Bot bot) {
    return new ChatBot(bot.id(), bot.slug(), bot.document().name(), bot.status(), bot.createdAt());
  }
}
