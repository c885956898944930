package dev.pennyworth.botsapi.bots;

import dev.pennyworth.agentloop.SecretText;
import dev.pennyworth.billing.BotId;
import dev.pennyworth.billing.TeamId;
import dev.pennyworth.botsapi.secrets.Binding;
import dev.pennyworth.botsapi.secrets.Sealer;
import java.util.HashMap;
import java.util.Map;
import org.jdbi.v3.core.Handle;

/// Bots' secrets, sealed. Each is bound to its team, bot and name, so that rows cannot be swapped.
final class JdbcBotSecrets {
  private final Sealer sealer;

  JdbcBotSecrets(Sealer sealer) {
    this.sealer = sealer;
  }

  /// Seals what is kept and deletes what is forgotten. Joins the caller's transaction.
  void write(Handle tx, TeamId team, BotId bot, BotSecrets secrets) {
    secrets.forgotten().forEach(name -> delete(tx, team, bot, name));
    secrets.kept().forEach((name, secret) -> upsert(tx, team, bot, name, secret));
  }

  /// All of a bot's secrets, opened, by name.
  Map<String, SecretText> open(Handle handle, TeamId team, BotId bot) {
    var opened = new HashMap<String, SecretText>();
    handle
        .createQuery(
            """
            SELECT name, sealed
            FROM bot_secret
            WHERE team_id = :team AND bot_id = :bot
            """)
        .bind("team", team.uuid())
        .bind("bot", bot.uuid())
        .map((row, _) -> Map.entry(row.getString(1), row.getBytes(2)))
        .forEach(entry ->
            opened.put(
                entry.getKey(),
                sealer.openText(binding(team, bot, entry.getKey()), entry.getValue())));
    return Map.copyOf(opened);
  }

  Map<String, String> fingerprints(Handle handle, TeamId team, BotId bot) {
    var fingerprints = new HashMap<String, String>();
    handle
        .createQuery(
            """
            SELECT name, fingerprint
            FROM bot_secret
            WHERE team_id = :team AND bot_id = :bot
            """)
        .bind("team", team.uuid())
        .bind("bot", bot.uuid())
        .map((row, _) -> Map.entry(row.getString(1), row.getString(2)))
        .forEach(entry -> fingerprints.put(entry.getKey(), entry.getValue()));
    return Map.copyOf(fingerprints);
  }

  private void upsert(Handle tx, TeamId team, BotId bot, String name, SecretText secret) {
    tx.createUpdate(
            """
            INSERT INTO bot_secret (team_id, bot_id, name, sealed, fingerprint)
            VALUES (:team, :bot, :name, :sealed, :fingerprint)
            ON CONFLICT (team_id, bot_id, name) DO UPDATE
            SET sealed = excluded.sealed, fingerprint = excluded.fingerprint
            """)
        .bind("team", team.uuid())
        .bind("bot", bot.uuid())
        .bind("name", name)
        .bind("sealed", sealer.seal(binding(team, bot, name), secret))
        .bind("fingerprint", sealer.fingerprint(secret))
        .execute();
  }

  private static void delete(Handle tx, TeamId team, BotId bot, String name) {
    tx.createUpdate(
            """
            DELETE FROM bot_secret
            WHERE team_id = :team AND bot_id = :bot AND name = :name
            """)
        .bind("team", team.uuid())
        .bind("bot", bot.uuid())
        .bind("name", name)
        .execute();
  }

  private static Binding binding(TeamId team, BotId bot, String name) {
    return Binding.of("bot_secret", team.toString(), bot.toString(), name);
  }
}
