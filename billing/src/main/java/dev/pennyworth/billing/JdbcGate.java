package dev.pennyworth.billing;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The one door through which money is spent: holds are taken before a call, then settled, voided
/// or lost, exactly once.
///
/// Locks are taken in the order: what a booking brings along (a conversation), budgets by team and
/// key, wallets, plans' periods, holds.
public final class JdbcGate {
  private static final Logger LOG = LoggerFactory.getLogger(JdbcGate.class);

  /// Far above the longest turn: whoever took such a hold is gone.
  private static final Duration HOLD_EXPIRES_AFTER = Duration.ofHours(1);

  /// How far back forgotten holds are looked for.
  private static final Duration HOLD_IS_LOOKED_FOR = Duration.ofDays(3);

  private static final int EXPIRED_AT_ONCE_MAX = 100;

  private final Jdbi jdbi;
  private final JdbcHolds holds;
  private final JdbcPlans plans;
  private final InstantSource clock;
  private final GroupCommit commits;

  JdbcGate(Jdbi jdbi, JdbcHolds holds, JdbcPlans plans, InstantSource clock) {
    this.jdbi = jdbi;
    this.holds = holds;
    this.plans = plans;
    this.clock = clock;
    this.commits = new GroupCommit(bookings -> jdbi.inTransaction(tx -> book(tx, bookings, now())));
  }

  /// Books in a transaction that concurrent bookings share, and waits until it is committed.
  ///
  /// Requests are granted over every limit that applies, or refused with the one that is in the
  /// way. If a whole worst case does not fit, the input's bound is tightened, then the output's
  /// lowered. A refused request holds nothing, and undoes nothing of the rest.
  public Booking.Booked book(Booking booking) {
    beginPeriod(booking);
    try {
      return commits.run(booking);
    } catch (PlanPeriodMissing _) {
      // The period ended between the look and the booking.
      beginPeriod(booking);
      return commits.run(booking);
    }
  }

  /// The same within the caller's transaction, for what must be decided together with it. In mode
  /// `plan_quota` the plan's period must have begun.
  public Booking.Booked book(Handle tx, Booking booking) {
    return book(tx, List.of(booking), now()).getFirst();
  }

  private void beginPeriod(Booking booking) {
    if (booking.requests().stream().anyMatch(one -> one.mode() == BillingMode.PLAN_QUOTA)) {
      plans.beginPeriod(booking.team());
    }
  }

  private static List<Booking.Booked> book(Handle tx, List<Booking> bookings, Instant now) {
    bookings.forEach(booking -> booking.alongside().before(tx));
    var books = JdbcBooks.lock(tx, bookings, now);
    resolve(tx, bookings, now);
    var booked = bookings.stream().map(books::book).toList();
    JdbcBooks.write(tx, books);
    for (int i = 0; i < bookings.size(); i++) {
      bookings.get(i).alongside().after(tx, booked.get(i));
    }
    return booked;
  }

  private static void resolve(Handle tx, List<Booking> bookings, Instant now) {
    var resolutions = bookings.stream().flatMap(booking -> booking.resolutions().stream()).toList();
    var once = new HashSet<HoldId>();
    for (var resolution : resolutions) {
      if (!once.add(resolution.hold().id())) {
        throw new AlreadyResolved(resolution.hold().id());
      }
    }
    if (!resolutions.isEmpty()) {
      JdbcHolds.resolve(tx, resolutions, now);
    }
  }

  /// The holds of a turn that nobody resolved: of calls whose outcome never came.
  public List<Hold> openHolds(Handle tx, TeamId team, TurnId turn) {
    return holds.findOpen(tx, team, turn);
  }

  /// The last attempt at each step of a turn that money was set aside for, by step: the next
  /// attempt has a higher number, or it would meet the key of a hold that is resolved.
  public Map<Integer, Integer> attempts(Handle tx, TeamId team, TurnId turn) {
    return JdbcHolds.attempts(tx, team, turn);
  }

  /// Frees holds that were forgotten; their steps count as lost. Safe to repeat, and beside whoever
  /// resolves one of them at the same time.
  ///
  /// @return those that were freed; there may be more
  public List<Hold> expireForgotten() {
    var before = now().minus(HOLD_EXPIRES_AFTER);
    var forgotten =
        jdbi.withHandle(handle ->
            holds.findForgotten(
                handle, before.minus(HOLD_IS_LOOKED_FOR), before, EXPIRED_AT_ONCE_MAX));
    var expired = new ArrayList<Hold>();
    for (var hold : forgotten) {
      if (expire(hold)) {
        expired.add(hold);
      }
    }
    return expired;
  }

  private boolean expire(Hold hold) {
    try {
      book(Booking.of(new Resolution.Expire(hold)));
      return true;
    } catch (AlreadyResolved _) {
      return false; // somebody was faster, and booked what really happened
    } catch (RuntimeException e) {
      LOG.error("{} is forgotten and could not be freed; it is tried again", hold.id(), e);
      return false;
    }
  }

  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MICROS);
  }
}
