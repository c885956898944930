package dev.pennyworth.connectors;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pennyworth.agentloop.BotSettings;
import dev.pennyworth.agentloop.SecretText;
import dev.pennyworth.agentloop.WorkSignal;
import dev.pennyworth.billing.BillingMode;
import dev.pennyworth.billing.BillingWiring;
import dev.pennyworth.billing.BotId;
import dev.pennyworth.billing.TeamId;
import dev.pennyworth.billing.TurnId;
import dev.pennyworth.connectors.JdbcOutbox.Due;
import dev.pennyworth.connectors.JdbcOutbox.SendingClaim;
import dev.pennyworth.migrations.TestingDatabase;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// One attempt at one reply, as a process makes it that was frozen between its claim and its call:
/// by its own clock no time has passed, and somebody else may be sending by now.
class ReplyAttemptTest {
  private static final Instant NOW = Instant.parse("2026-03-14T09:26:53Z");

  private final TestingDatabase database = TestingDatabase.create();
  private final Jdbi jdbi = new BillingWiring().jdbi(database.dataSource());
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final TeamId team = new TeamId(UUID.randomUUID());
  private final BotId bot = new BotId(UUID.randomUUID());
  private final TurnId turn = new TurnId(UUID.randomUUID());
  private final Platform platform = new Platform();
  private final JdbcOutbox outbox =
      new JdbcOutbox(
          jdbi, new JdbcDeadLetters(new BillingWiring().events(() -> NOW, () -> {})), () -> NOW);
  private final ReplyAttempt attempts =
      new ReplyAttempt(
          outbox,
          bots(),
          Map.of("telegram", platform),
          new PlatformPacing(),
          new RestingReplies(new WorkSignal(), threads),
          () -> NOW);

  @BeforeEach
  void reply() {
    var conversation = UUID.randomUUID();
    jdbi.useTransaction(tx -> {
      tx.execute(
          "INSERT INTO team (team_id, name, created_at) VALUES (?, 'a team', now())", team.uuid());
      tx.execute(
          """
          INSERT INTO bot
            (team_id, bot_id, slug, platform, status, settings, created_at, updated_at)
          VALUES (?, ?, 'penny', 'telegram', 'active', '{}', now(), now())
          """,
          team.uuid(),
          bot.uuid());
      tx.execute(
          """
          INSERT INTO conversation
            (team_id, conversation_id, bot_id, platform, channel_id, end_user_id, started_at,
             last_message_at, ready_at)
          VALUES (?, ?, ?, 'telegram', '7001', '7001', now(), now(), now())
          """,
          team.uuid(),
          conversation,
          bot.uuid());
      tx.execute(
          """
          INSERT INTO turn
            (team_id, turn_id, bot_id, conversation_id, seq, platform, event_id, event_day, status,
             stop_reason, accepted_at)
          VALUES (?, ?, ?, ?, 1, 'telegram', '1', current_date, 'done', 'completed', now())
          """,
          team.uuid(),
          turn.uuid(),
          bot.uuid(),
          conversation);
      tx.execute(
          """
          INSERT INTO message
            (team_id, message_id, bot_id, conversation_id, turn_id, seq, direction, text,
             created_at)
          VALUES (?, ?, ?, ?, ?, 1, 'out', 'Hello.', now())
          """,
          team.uuid(),
          UUID.randomUUID(),
          bot.uuid(),
          conversation,
          turn.uuid());
      tx.execute(
          """
          INSERT INTO outbox
            (team_id, turn_id, bot_id, conversation_id, seq, platform, state, created_at)
          VALUES (?, ?, ?, ?, 1, 'telegram', 'pending', now())
          """,
          team.uuid(),
          turn.uuid(),
          bot.uuid(),
          conversation);
    });
  }

  @AfterEach
  void drop() {
    threads.close();
    database.close();
  }

  @Test
  void whoHasTimeLeftSends() {
    attempts.attempt(claim()).run();

    assertThat(platform.sent).containsExactly("Hello.");
    assertThat(state()).isEqualTo("sent");
  }

  @Test
  void whoWasFrozenUntilItsLeaseNearlyEndedSendsNothingAndLetsOthersSend() {
    attempts.attempt(leaseEndsIn(claim(), Duration.ofSeconds(34))).run();

    assertThat(platform.sent).isEmpty();
    assertThat(state()).isEqualTo("pending");
    attempts.attempt(claim()).run();
    assertThat(platform.sent).containsExactly("Hello.");
  }

  @Test
  void whoWasOvertakenNotesNothing() {
    var frozen = claim();
    outbox.abandon(frozen); // as its lease does by ending
    var later = claim();

    attempts.attempt(frozen).run();

    assertThat(state()).as("the later claim stands").isEqualTo("sending");
    assertThat(outbox.notePart(later, Optional.empty(), false, NOW)).isTrue();
  }

  private SendingClaim claim() {
    return outbox.claim(new Due(team, turn, bot, "telegram")).orElseThrow();
  }

  private static SendingClaim leaseEndsIn(SendingClaim claim, Duration left) {
    return new SendingClaim(
        claim.team(),
        claim.turn(),
        claim.bot(),
        claim.platform(),
        claim.fence(),
        System.nanoTime() + left.toNanos(),
        claim.isRepeated(),
        claim.isDoubtful(),
        claim.partsSent(),
        claim.attempts());
  }

  private String state() {
    return jdbi.withHandle(handle ->
        handle
            .select("SELECT state FROM outbox WHERE team_id = ?", team.uuid())
            .mapTo(String.class)
            .one());
  }

  /// Takes everything.
  private static final class Platform implements PlatformSender {
    private final List<String> sent = new ArrayList<>();

    @Override
    public String platform() {
      return "telegram";
    }

    @Override
    public int partLengthMax() {
      return 4096;
    }

    @Override
    public Duration pauseInChat() {
      return Duration.ZERO;
    }

    @Override
    public int perSecondMax() {
      return 30;
    }

    @Override
    public boolean isRepeatHarmless() {
      return false;
    }

    @Override
    public Sent send(WebhookBot to, OutboundPart part) {
      sent.add(part.text());
      return new Sent.Accepted(Optional.empty());
    }
  }

  private WebhookBots bots() {
    var settings =
        new BotSettings(
            team,
            bot,
            Optional.empty(),
            "Be brief.",
            "builtin",
            "pennyworth-mini",
            Optional.empty(),
            OptionalInt.empty(),
            Optional.empty(),
            Optional.empty(),
            OptionalDouble.empty(),
            BillingMode.WALLET,
            10,
            100,
            Duration.ofSeconds(30),
            20,
            Duration.ofHours(24),
            20,
            "That went wrong.",
            "Enough for today.",
            Optional.empty(),
            false,
            Optional.empty(),
            Set.of(),
            false,
            ZoneOffset.UTC);
    var found = new WebhookBot("telegram", true, new SecretText(""), Map.of(), settings);
    return new WebhookBots() {
      @Override
      public Optional<WebhookBot> find(BotId id) {
        return Optional.of(found);
      }

      @Override
      public List<ActiveBot> active(String name) {
        return List.of(new ActiveBot(team, bot, NOW, Optional.empty()));
      }
    };
  }
}
