package dev.pennyworth.connectors;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pennyworth.billing.BotId;
import dev.pennyworth.billing.TeamId;
import dev.pennyworth.migrations.TestingDatabase;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Who may listen for a bot. The guard is the fence: a node that was frozen wakes up believing that
/// all is as it was.
class JdbcSlotsTest {
  private static final Instant NOW = Instant.parse("2026-03-14T09:26:53Z");

  private final TestingDatabase database = TestingDatabase.create();
  private final Jdbi jdbi = Jdbi.create(database.dataSource());
  private final ActiveBot bot =
      new ActiveBot(
          new TeamId(UUID.randomUUID()), new BotId(UUID.randomUUID()), NOW, Optional.empty());
  private final UUID first = UUID.randomUUID();
  private final UUID second = UUID.randomUUID();
  private Instant now = NOW;
  private final JdbcSlots slots = new JdbcSlots(jdbi, () -> now);

  @BeforeEach
  void create() {
    jdbi.useHandle(handle -> {
      handle.execute(
          "INSERT INTO team (team_id, name, created_at) VALUES (?, 'a team', now())",
          bot.team().uuid());
      handle.execute(
          """
          INSERT INTO bot
            (team_id, bot_id, slug, platform, status, settings, created_at, updated_at)
          VALUES (?, ?, 'penny', 'telegram', 'active', '{}', now(), now())
          """,
          bot.team().uuid(),
          bot.bot().uuid());
    });
    renew(first);
    renew(second);
  }

  @AfterEach
  void drop() {
    database.close();
  }

  @Test
  void oneOfTwoNodesHasTheSlot() {
    assertThat(slots.claim(bot, first)).isPresent();
    assertThat(slots.claim(bot, second)).isEmpty();
    assertThat(slots.taken()).hasSize(1);
  }

  @Test
  void whatADeadNodeHadAnotherTakesFromWhereItWas() {
    var before = slots.claim(bot, first).orElseThrow();
    slots.keep(before, "cursor 7");
    now = now.plusSeconds(60);
    renew(second);
    assertThat(slots.taken()).as("its node is gone").isEmpty();

    var after = slots.claim(bot, second).orElseThrow();

    assertThat(after.fence()).isGreaterThan(before.fence());
    assertThat(after.cursor()).contains("cursor 7");
  }

  @Test
  void aNodeThatWasFrozenAndLostItsSlotKeepsReportsAndReleasesNothing() {
    var frozen = slots.claim(bot, first).orElseThrow();
    now = now.plusSeconds(60);
    renew(second);
    var after = slots.claim(bot, second).orElseThrow();
    slots.keep(after, "cursor 8");

    assertThat(slots.keep(frozen, "cursor 3")).isFalse();
    slots.report(frozen, Optional.of("all is lost"));
    slots.release(frozen);

    assertThat(slots.problem(bot.team(), bot.bot())).isEmpty();
    assertThat(slots.taken()).hasSize(1);
    assertThat(slots.claim(bot, first)).as("the second still has it").isEmpty();
    slots.release(after);
    assertThat(slots.claim(bot, first).orElseThrow().cursor()).contains("cursor 8");
  }

  @Test
  void whatIsWrongIsToldUntilItIsWell() {
    assertThat(slots.problem(bot.team(), bot.bot()).orElseThrow()).contains("Nothing listens");
    var claim = slots.claim(bot, first).orElseThrow();
    assertThat(slots.problem(bot.team(), bot.bot())).isEmpty();
    slots.report(claim, Optional.of("The token was withdrawn."));
    assertThat(slots.problem(bot.team(), bot.bot())).contains("The token was withdrawn.");
    slots.report(claim, Optional.empty());
    assertThat(slots.problem(bot.team(), bot.bot())).isEmpty();
  }

  private void renew(UUID node) {
    jdbi.useHandle(handle ->
        handle.execute(
            """
            INSERT INTO node (node_id, started_at, expires_at)
            VALUES (?, ?, ?)
            ON CONFLICT (node_id) DO UPDATE SET expires_at = excluded.expires_at
            """,
            node,
            now,
            now.plusSeconds(8)));
  }
}
