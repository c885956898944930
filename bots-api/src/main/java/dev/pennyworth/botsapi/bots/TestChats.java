package dev.pennyworth.botsapi.bots;

import dev.pennyworth.agentloop.Acceptance;
import dev.pennyworth.agentloop.BotSettings;
import dev.pennyworth.agentloop.CleanText;
import dev.pennyworth.agentloop.InboundMessage;
import dev.pennyworth.agentloop.JdbcInbox;
import dev.pennyworth.agentloop.JdbcTurnReports;
import dev.pennyworth.agentloop.JdbcTurnWatch;
import dev.pennyworth.agentloop.RateLimit;
import dev.pennyworth.agentloop.TurnReport;
import dev.pennyworth.billing.BotId;
import dev.pennyworth.billing.TurnId;
import dev.pennyworth.botsapi.accounts.Caller;
import dev.pennyworth.botsapi.accounts.Role;
import dev.pennyworth.connectors.HttpFailure;
import dev.pennyworth.connectors.RateHeaders;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.jdbi.v3.core.Jdbi;

/// The conversation that an owner has with a bot to try it: the same as of the test endpoint, with
/// the same limit.
public final class TestChats {
  private static final String TEST = "test";
  private static final int TURNS_SHOWN_MAX = 20;

  /// Beyond the bot's own timeout: a worker may have to be found.
  private static final Duration PATIENCE_BEYOND_TIMEOUT = Duration.ofSeconds(30);

  private final Jdbi jdbi;
  private final JdbcBots bots;
  private final JdbcLogs logs;
  private final JdbcInbox inbox;
  private final JdbcTurnReports reports;
  private final InstantSource clock;
  private final Supplier<UUID> ids;

  TestChats(
      Jdbi jdbi,
      JdbcBots bots,
      JdbcLogs logs,
      JdbcInbox inbox,
      JdbcTurnReports reports,
      InstantSource clock,
      Supplier<UUID> ids) {
    this.jdbi = jdbi;
    this.bots = bots;
    this.logs = logs;
    this.inbox = inbox;
    this.reports = reports;
    this.clock = clock;
    this.ids = ids;
  }

  /// A message and what the bot made of it.
  ///
  /// @param asked empty if the person was erased
  public record Said(Optional<String> asked, TurnReport turn) {}

  /// A message that is about to be accepted, and whoever watches its turn.
  ///
  /// @param patience how long its answer may take
  public record Begun(TurnId turn, JdbcTurnWatch watch, Duration patience) {}

  /// The latest of what the caller and a bot said to each other, the oldest first.
  ///
  /// @throws HttpFailure 403
  public List<Said> said(Caller caller, BotId bot) {
    caller.require(Role::editsBots, "try bots");
    return jdbi.withHandle(handle -> {
      var conversation =
          logs.latest(handle, caller.team(), bot, TEST, TEST, caller.user().toString());
      if (conversation.isEmpty()) {
        return List.of();
      }
      var asked = logs.asked(handle, caller.team(), conversation.get(), TURNS_SHOWN_MAX);
      return reports
          .list(
              caller.team(), bot, conversation, Optional.empty(), Optional.empty(), TURNS_SHOWN_MAX)
          .reversed()
          .stream()
          .map(turn -> new Said(Optional.ofNullable(asked.get(turn.id())), turn))
          .toList();
    });
  }

  /// Says something to a bot. Whoever gets the answer closes its watch.
  ///
  /// @throws HttpFailure 403, 404, 422, or 429 with the limit of the test endpoint
  public Begun say(Caller caller, String id, String text) {
    caller.require(Role::editsBots, "try bots");
    var bot =
        BotId.parse(id)
            .flatMap(known -> bots.find(caller.team(), known))
            .orElseThrow(() -> HttpFailure.notFound("bot"));
    var message = message(caller, bot, text);
    var watch = reports.watch(caller.team(), message.turnId());
    try {
      accept(caller, message, bot);
      return new Begun(message.turnId(), watch, bot.timeout().plus(PATIENCE_BEYOND_TIMEOUT));
    } catch (RuntimeException e) {
      watch.close();
      throw e;
    }
  }

  private InboundMessage message(Caller caller, BotSettings bot, String text) {
    if (text.isBlank() || text.length() > BotController.TEST_LENGTH_MAX) {
      throw HttpFailure.invalidValue(
          "message",
          "message must be a text of 1 to %,d characters."
              .formatted(BotController.TEST_LENGTH_MAX));
    }
    return new InboundMessage(
        caller.team(),
        bot.bot(),
        TEST,
        ids.get().toString(),
        TEST,
        caller.user().toString(),
        Optional.empty(),
        CleanText.of(text));
  }

  private void accept(Caller caller, InboundMessage message, BotSettings bot) {
    var limits =
        List.of(
            new RateLimit(
                "user/" + caller.user() + "/test",
                "your tests",
                BotController.TESTS_PER_MINUTE_MAX));
    if (inbox.accept(message, bot, limits) instanceof Acceptance.RateLimited(var rate)) {
      throw RateHeaders.tooMany(rate, clock.instant());
    }
  }

  /// The turn as it is now; once it has ended, its answer counts as taken.
  public TurnReport report(Caller caller, TurnId turn) {
    var report = reports.find(caller.team(), turn).orElseThrow();
    if (report.hasEnded()) {
      reports.markTaken(caller.team(), turn);
    }
    return report;
  }

  /// Waits for a turn's end, as long as its patience lasts.
  public TurnReport await(Caller caller, Begun begun) throws InterruptedException {
    try (var _ = begun.watch()) {
      reports.await(caller.team(), begun.turn(), begun.patience());
      return report(caller, begun.turn());
    }
  }
}
