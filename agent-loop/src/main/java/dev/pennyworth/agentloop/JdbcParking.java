package dev.pennyworth.agentloop;

import dev.pennyworth.billing.Ask;
import dev.pennyworth.billing.BotId;
import dev.pennyworth.billing.HoldRequest;
import dev.pennyworth.billing.JdbcTrials;
import dev.pennyworth.billing.Price;
import dev.pennyworth.billing.Refusal;
import dev.pennyworth.billing.StepKey;
import dev.pennyworth.billing.TeamId;
import dev.pennyworth.billing.TurnId;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Jdbi;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Lets parked turns go on: when there is room for their next step, whatever made it; when their
/// owner says so; and, to end with a notice, when they have waited for too long.
///
/// Nobody tells it of a raised cap, a payment or a new period: it asks the gate what it would
/// answer now. So no way of making room can be forgotten.
public final class JdbcParking {
  private static final Logger LOG = LoggerFactory.getLogger(JdbcParking.class);

  /// Whoever wrote a week ago has long asked somebody else.
  static final Duration PARKED_MAX = Duration.ofDays(7);

  /// The next turn of a bot follows when the one before has asked for its money, or after this.
  private static final Duration HEAD_START = Duration.ofSeconds(5);

  private static final Duration RUN_MAX = Duration.ofMillis(900);
  private static final Duration LOOK_AGAIN = Duration.ofMillis(20);
  private static final int BOTS_AT_ONCE_MAX = 100;
  private static final int TURNS_AT_ONCE_MAX = 50;

  /// No step is ever tried so often: a trial meets no hold's key.
  private static final int TRIAL_ATTEMPT = 1_000_000;

  /// What the gate grants at least.
  private static final int OUTPUT_TOKENS_MIN = 16;

  private final Jdbi jdbi;
  private final JdbcParkedTurns parkedTurns;
  private final Bots bots;
  private final StepPlanner planner;
  private final EndUserPseudonyms pseudonyms;
  private final JdbcTrials trials;
  private final WorkSignal signal;
  private final InstantSource clock;

  JdbcParking(
      Jdbi jdbi,
      JdbcParkedTurns parkedTurns,
      Bots bots,
      StepPlanner planner,
      EndUserPseudonyms pseudonyms,
      JdbcTrials trials,
      WorkSignal signal,
      InstantSource clock) {
    this.jdbi = jdbi;
    this.parkedTurns = parkedTurns;
    this.bots = bots;
    this.planner = planner;
    this.pseudonyms = pseudonyms;
    this.trials = trials;
    this.signal = signal;
    this.clock = clock;
  }

  /// Lets a turn go on because its owner says so, and those of its conversation that stand before
  /// it, in their order. If there is still no room, they are parked again.
  ///
  /// @param isApproved whether he approves of the step that waits for him; if not, the turn ends
  /// @return whether the turn was parked
  public boolean resume(TeamId team, BotId bot, TurnId turn, boolean isApproved) {
    var now = clock.instant();
    boolean isReleased =
        jdbi.inTransaction(tx -> {
          var waiting = parkedTurns.upTo(tx, team, bot, turn);
          for (var one : waiting) {
            boolean isAsked = one.id().equals(turn);
            boolean _ =
                parkedTurns.release(tx, one, isApproved && isAsked, !isApproved && isAsked, now);
          }
          return !waiting.isEmpty();
        });
    signal.raise();
    return isReleased;
  }

  /// Looks at all parked turns once and lets those go on that can. Safe to repeat, and beside
  /// others that do the same.
  public void releaseAll() {
    long startedNanos = System.nanoTime();
    boolean isAnyLeft = true;
    while (isAnyLeft && System.nanoTime() - startedNanos < RUN_MAX.toNanos()) {
      isAnyLeft = false;
      for (var one : jdbi.withHandle(handle -> parkedTurns.bots(handle, BOTS_AT_ONCE_MAX))) {
        isAnyLeft |= releaseNext(one.getKey(), one.getValue());
      }
      if (isAnyLeft && !pause()) {
        return;
      }
    }
  }

  /// @return whether it is worth to look again soon
  private boolean releaseNext(TeamId team, BotId bot) {
    try {
      var since = clock.instant().minus(HEAD_START);
      if (jdbi.withHandle(handle -> parkedTurns.isOneUnderWay(handle, team, bot, since))) {
        return true;
      }
      var next = next(team, bot);
      next.ifPresent(this::release);
      return next.isPresent();
    } catch (RuntimeException e) {
      LOG.error("the parked turns of {} could not be looked at; tried again", bot, e);
      return false;
    }
  }

  private void release(JdbcParkedTurns.Parked turn) {
    boolean _ =
        jdbi.inTransaction(tx -> parkedTurns.release(tx, turn, false, false, clock.instant()));
    signal.raise();
  }

  /// The first of a bot's parked turns that can go on. A conversation keeps its order, and where
  /// the room of all is short, nobody overtakes.
  private Optional<JdbcParkedTurns.Parked> next(TeamId team, BotId bot) {
    var settings = bots.find(team, bot);
    var stuck = new HashSet<ConversationId>();
    for (var turn : parked(team, bot)) {
      if (settings.isEmpty() || isTooOld(turn)) {
        return Optional.of(turn);
      }
      if (!stuck.add(turn.conversation())) {
        continue;
      }
      if (turn.reason() != StopReason.AWAITING_APPROVAL) {
        var obstacle = obstacle(settings.get(), turn);
        if (obstacle.isEmpty()) {
          return Optional.of(turn);
        }
        if (isEverybodys(obstacle.get())) {
          return Optional.empty();
        }
      }
    }
    return Optional.empty();
  }

  private List<JdbcParkedTurns.Parked> parked(TeamId team, BotId bot) {
    return jdbi.withHandle(handle -> parkedTurns.ofBot(handle, team, bot, TURNS_AT_ONCE_MAX));
  }

  private boolean isTooOld(JdbcParkedTurns.Parked turn) {
    return isTooOld(turn.parkedAt(), clock);
  }

  static boolean isTooOld(Instant parkedAt, InstantSource clock) {
    return !parkedAt.plus(PARKED_MAX).isAfter(clock.instant());
  }

  /// Whether the limit is in the way of the bot's other turns, too.
  private static boolean isEverybodys(Refusal refusal) {
    return switch (refusal.scope()) {
      case MESSAGE, END_USER -> false;
      case BOT_CAP, WALLET, TEAM_LIMIT, PLAN_CREDITS, PLAN_TOKENS, OVERAGE -> true;
    };
  }

  private Optional<Refusal> obstacle(BotSettings bot, JdbcParkedTurns.Parked turn) {
    return turn.need().flatMap(need -> request(bot, turn, need)).flatMap(trials::obstacle);
  }

  /// Empty if the model has no price any more: the turn goes on, and says so.
  private Optional<HoldRequest> request(BotSettings bot, JdbcParkedTurns.Parked turn, Need need) {
    var price =
        switch (need) {
          case Need.Tokens tokens -> planner.price(bot, tokens.model());
          case Need.Amount _ -> Optional.of(Price.ofTool("parked", "0"));
        };
    var ask =
        switch (need) {
          case Need.Tokens tokens ->
              new Ask.Tokens(tokens.inputTokensMax(), tokens.inputTokensMax(), OUTPUT_TOKENS_MIN);
          case Need.Amount amount -> new Ask.Fixed(amount.amount());
        };
    var key = new StepKey(turn.team(), turn.bot(), turn.id(), need.step(), TRIAL_ATTEMPT);
    return price.map(known ->
        new HoldRequest(
            key,
            bot.billingMode(),
            known,
            pseudonyms.of(turn.team(), turn.endUser()),
            bot.zone(),
            ask));
  }

  private static boolean pause() {
    try {
      Thread.sleep(LOOK_AGAIN);
      return true;
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
