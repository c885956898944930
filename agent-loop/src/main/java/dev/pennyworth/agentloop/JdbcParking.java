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
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicReference;
import org.jdbi.v3.core.Handle;
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
  private static final Duration BOT_MAX = Duration.ofMillis(300);
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
  private final AtomicReference<Optional<JdbcParkedTurns.OfBot>> lastLookedAt =
      new AtomicReference<>(Optional.empty());
  private final ConcurrentMap<JdbcParkedTurns.OfBot, JdbcParkedTurns.Place> stuckInFront =
      new ConcurrentHashMap<>();

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

  /// What is decided about a parked turn.
  public enum Decision {
    /// It goes on; a step that waits for the owner waits on.
    GO_ON,
    /// It goes on, and if it waits for the owner's approval it has it.
    APPROVE,
    /// It ends.
    GIVE_UP
  }

  /// Lets a turn go on because its owner says so, and those of its conversation that stand before
  /// it, in their order. If there is still no room, they are parked again.
  ///
  /// @return whether the turn was parked
  public boolean resume(TeamId team, BotId bot, TurnId turn, Decision decision) {
    return jdbi.inTransaction(tx -> resume(tx, team, bot, turn, decision));
  }

  /// The same in the caller's transaction, for what must be written with it.
  public boolean resume(Handle tx, TeamId team, BotId bot, TurnId turn, Decision decision) {
    var now = clock.instant();
    boolean isReleased = false;
    for (var one : parkedTurns.upTo(tx, team, bot, turn)) {
      boolean isAsked = one.id().equals(turn);
      isReleased =
          parkedTurns.release(
              tx,
              one,
              isAsked && decision == Decision.APPROVE,
              isAsked && decision == Decision.GIVE_UP,
              now);
    }
    tx.afterCommit(signal::raise);
    return isReleased;
  }

  /// Looks at parked turns and lets those go on that can. Safe to repeat, and beside others that do
  /// the same. Where there is more than can be looked at in one run, the next one goes on there.
  public void releaseAll() {
    long startedNanos = System.nanoTime();
    var left = new ArrayList<JdbcParkedTurns.OfBot>();
    for (var one : nextBots()) {
      if (isOver(startedNanos, RUN_MAX)) {
        return;
      }
      if (releaseNext(one)) {
        left.add(one);
      }
      lastLookedAt.set(Optional.of(one));
    }
    while (!left.isEmpty() && !isOver(startedNanos, RUN_MAX) && pause()) {
      left.removeIf(one -> !releaseNext(one));
    }
  }

  /// The bots after the one that was looked at last, from the beginning after the end.
  private List<JdbcParkedTurns.OfBot> nextBots() {
    var last = lastLookedAt.get();
    var next = bots(last);
    return next.isEmpty() && last.isPresent() ? bots(Optional.empty()) : next;
  }

  private List<JdbcParkedTurns.OfBot> bots(Optional<JdbcParkedTurns.OfBot> after) {
    return jdbi.withHandle(handle -> parkedTurns.bots(handle, after, BOTS_AT_ONCE_MAX));
  }

  private static boolean isOver(long startedNanos, Duration after) {
    return System.nanoTime() - startedNanos >= after.toNanos();
  }

  /// @return whether it is worth to look again soon
  private boolean releaseNext(JdbcParkedTurns.OfBot one) {
    try {
      var since = clock.instant().minus(HEAD_START);
      if (jdbi.withHandle(handle -> parkedTurns.isOneUnderWay(handle, one, since))) {
        return true;
      }
      var next = next(one);
      next.ifPresent(this::release);
      return next.isPresent();
    } catch (RuntimeException e) {
      LOG.error("the parked turns of {} could not be looked at; tried again", one.bot(), e);
      return false;
    }
  }

  private void release(JdbcParkedTurns.Parked turn) {
    boolean _ =
        jdbi.inTransaction(tx -> parkedTurns.release(tx, turn, false, false, clock.instant()));
    signal.raise();
  }

  /// The first of a bot's parked turns that can go on. A conversation keeps its order, and where
  /// the room of all is short, nobody overtakes. Behind turns that are stuck at limits of their own
  /// the next look goes on, or who came after many of them would never be looked at.
  private Optional<JdbcParkedTurns.Parked> next(JdbcParkedTurns.OfBot one) {
    long startedNanos = System.nanoTime();
    var settings = bots.find(one.team(), one.bot());
    var stuck = Objects.requireNonNullElse(stuckInFront.remove(one), JdbcParkedTurns.Place.FIRST);
    var page = parked(one, stuck);
    while (!page.isEmpty()) {
      for (var turn : page) {
        if (settings.isEmpty() || isTooOld(turn)) {
          return Optional.of(turn);
        }
        if (turn.waitsForOwner(settings.get().approval())) {
          continue;
        }
        var obstacle = obstacle(settings.get(), turn);
        if (obstacle.isEmpty()) {
          return Optional.of(turn);
        }
        note(turn, obstacle.get());
        if (isEverybodys(obstacle.get())) {
          return Optional.empty();
        }
      }
      stuck = page.getLast().place();
      if (isOver(startedNanos, BOT_MAX)) {
        stuckInFront.put(one, stuck);
        return Optional.empty();
      }
      page = parked(one, stuck);
    }
    return Optional.empty();
  }

  /// A turn may wait for another limit by now than the one that it was parked by: a cap was raised,
  /// and the wallet is what is short. Whoever looks at it shall read what helps.
  private void note(JdbcParkedTurns.Parked turn, Refusal obstacle) {
    if (!turn.isKnownToWaitFor(obstacle)) {
      jdbi.useHandle(handle -> parkedTurns.note(handle, turn, obstacle, isEverybodys(obstacle)));
    }
  }

  private List<JdbcParkedTurns.Parked> parked(
      JdbcParkedTurns.OfBot one, JdbcParkedTurns.Place after) {
    return jdbi.withHandle(handle -> parkedTurns.ofBot(handle, one, after, TURNS_AT_ONCE_MAX));
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

  /// What was asked for with a model that the bot has no more is asked for no more: the turn goes
  /// on with the bot's own, and if that does not fit either, it is parked with it.
  private Optional<Refusal> obstacle(BotSettings bot, JdbcParkedTurns.Parked turn) {
    return turn.need()
        .filter(need -> !(need instanceof Need.Tokens(_, var model, _, _)) || bot.has(model))
        .flatMap(need -> request(bot, turn, need))
        .flatMap(trials::obstacle);
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
          case Need.Amount amount -> new Ask.Fixed(amount.cost());
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
