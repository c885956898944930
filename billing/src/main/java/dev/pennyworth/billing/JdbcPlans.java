package dev.pennyworth.billing;

import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Teams' plans and their monthly periods.
///
/// A period begins at the plan's anchor and then each month, counted from the anchor: a plan that
/// was begun on the 31st renews on the last day of shorter months and on the 31st of longer ones.
/// Whoever begins, changes or spends from a period holds the team's wallet.
public final class JdbcPlans {
  private static final Logger LOG = LoggerFactory.getLogger(JdbcPlans.class);
  private static final int RENEWED_AT_ONCE_MAX = 100;

  private final Jdbi jdbi;
  private final JdbcLedger ledger;
  private final JdbcEvents events;
  private final InstantSource clock;

  JdbcPlans(Jdbi jdbi, JdbcLedger ledger, JdbcEvents events, InstantSource clock) {
    this.jdbi = jdbi;
    this.ledger = ledger;
    this.events = events;
    this.clock = clock;
  }

  /// A team's plan as it stands.
  ///
  /// @param next what the next period begins with
  /// @param credits that the current period grants
  /// @param tokensMax that the current period grants
  public record State(
      Plan plan,
      Plan next,
      Instant periodStartsAt,
      Instant periodEndsAt,
      NanoUsd credits,
      long tokensMax,
      PlanUse use) {

    /// `active`, or `ending` if another plan follows.
    public String status() {
      return plan == next ? "active" : "ending";
    }
  }

  /// What became of a wish to change the plan.
  public sealed interface Change {
    record Changed(State state) implements Change {}

    /// The wallet does not cover the new plan's price.
    record TooExpensive(NanoUsd price, WalletState wallet) implements Change {}
  }

  /// The plan and its current period, which begins now if it has not yet.
  public State state(TeamId team) {
    beginPeriod(team);
    return jdbi.inTransaction(tx -> state(tx, team, now()));
  }

  /// Changes the plan. A dearer one begins at once, with a period and a grant of its own, and is
  /// paid by the wallet for a month; a cheaper one begins when the paid period ends. Steps that are
  /// held already stay with the period they were held in. Joins the caller's transaction.
  public Change change(Handle tx, TeamId team, Plan wanted) {
    var wallet = JdbcWallets.lock(tx, team);
    var now = now();
    if (standing(tx, team, now).isPaid()) {
      begin(tx, team, now); // a renewal that is due comes first
    }
    var standing = standing(tx, team, now);
    boolean isDearer = wanted.monthlyPrice().compareTo(standing.plan().monthlyPrice()) > 0;
    if (!isDearer) {
      begin(tx, team, now);
      put(tx, team, new Standing(standing.plan(), wanted, standing.anchorAt()));
      return new Change.Changed(state(tx, team, now));
    }
    if (wanted.monthlyPrice().compareTo(wallet.available()) > 0) {
      return new Change.TooExpensive(wanted.monthlyPrice(), wallet);
    }
    var startsAt = cutShort(tx, team, now);
    put(tx, team, new Standing(wanted, wanted, startsAt));
    open(tx, team, wanted, startsAt, months(startsAt, 1));
    payFor(tx, team, wanted, startsAt);
    tellChange(tx, team, standing.plan(), wanted, startsAt);
    return new Change.Changed(state(tx, team, startsAt));
  }

  /// Begins the current period, if nobody has yet.
  void beginPeriod(TeamId team) {
    boolean hasBegun = jdbi.withHandle(handle -> current(handle, team, now())).isPresent();
    if (!hasBegun) {
      jdbi.useTransaction(tx -> {
        JdbcWallets.lock(tx, team);
        begin(tx, team, now()); // the wait for the lock may have taken longer than another's begin
      });
    }
  }

  /// Renews plans that cost money and whose period has ended, of all teams. Safe to repeat.
  ///
  /// @return how many were renewed or ended; there may be more
  public int renewDue() {
    var now = now();
    var due =
        jdbi.withHandle(handle ->
            handle
                .createQuery(
                    """
                    SELECT t.team_id
                    FROM team_plan t
                    WHERE t.plan <> 'free'
                      AND NOT EXISTS (
                        SELECT 1
                        FROM plan_period p
                        WHERE p.team_id = t.team_id AND p.ends_at > :now)
                    LIMIT :rows
                    """)
                .bind("now", now)
                .bind("rows", RENEWED_AT_ONCE_MAX)
                .map((row, _) -> new TeamId(row.getObject(1, UUID.class)))
                .list());
    due.forEach(this::renew);
    return due.size();
  }

  /// One team that cannot be renewed must not keep the others from it.
  private void renew(TeamId team) {
    try {
      beginPeriod(team);
    } catch (RuntimeException e) {
      LOG.error("the plan of {} could not be renewed; it is tried again", team, e);
    }
  }

  private record Standing(Plan plan, Plan next, Instant anchorAt) {
    boolean isPaid() {
      return plan != Plan.FREE || next != Plan.FREE;
    }
  }

  private void begin(Handle tx, TeamId team, Instant now) {
    if (current(tx, team, now).isPresent()) {
      return;
    }
    var standing = standing(tx, team, now);
    long month = monthOf(standing.anchorAt(), now);
    var startsAt = months(standing.anchorAt(), month);
    var plan = renewed(tx, team, standing, startsAt);
    put(tx, team, new Standing(plan, plan, standing.anchorAt()));
    open(tx, team, plan, startsAt, months(standing.anchorAt(), month + 1));
    if (plan != standing.plan()) {
      tellChange(tx, team, standing.plan(), plan, startsAt);
    }
  }

  /// What the new period begins with: what was wished for, if the wallet pays it.
  private Plan renewed(Handle tx, TeamId team, Standing standing, Instant startsAt) {
    var wanted = standing.next();
    if (wanted.monthlyPrice().nanos() == 0) {
      return wanted;
    }
    var wallet = JdbcWallets.lock(tx, team);
    if (wanted.monthlyPrice().compareTo(wallet.available()) <= 0) {
      payFor(tx, team, wanted, startsAt);
      return wanted;
    }
    events.append(
        tx,
        team,
        new Event(
            EventType.PLAN_RENEWAL_FAILED,
            "plan_renewal_failed/" + startsAt,
            Map.of(
                "plan", wanted.word(),
                "reason", "the wallet does not cover its price",
                "price_nanos", wanted.monthlyPrice().nanos(),
                "available_nanos", wallet.available().nanos())));
    return Plan.FREE;
  }

  private void payFor(Handle tx, TeamId team, Plan plan, Instant startsAt) {
    ledger.append(
        tx,
        team,
        new Posting(
            "plan_fee/" + startsAt,
            Posting.Kind.PLAN_FEE,
            Optional.empty(),
            List.of(
                new Posting.Line(Posting.Account.WALLET, plan.monthlyPrice().negated()),
                new Posting.Line(Posting.Account.REVENUE, plan.monthlyPrice()))),
        NanoUsd.ZERO);
  }

  private void tellChange(Handle tx, TeamId team, Plan from, Plan to, Instant at) {
    events.append(
        tx,
        team,
        new Event(
            EventType.PLAN_CHANGED,
            "plan_changed/" + at,
            Map.of(
                "plan", to.word(),
                "previous_plan", from.word(),
                "price_nanos", to.monthlyPrice().nanos(),
                "period_starts_at", at.toString())));
  }

  /// How many whole months lie between the anchor and now; not below zero.
  private static long monthOf(Instant anchor, Instant now) {
    long month =
        Math.max(
            0,
            ChronoUnit.MONTHS.between(anchor.atZone(ZoneOffset.UTC), now.atZone(ZoneOffset.UTC)));
    // Between counts by the day of the month; a clamped period may have begun a day before.
    return months(anchor, month + 1).isAfter(now) ? month : month + 1;
  }

  private static Instant months(Instant anchor, long months) {
    return anchor.atZone(ZoneOffset.UTC).plusMonths(months).toInstant();
  }

  private State state(Handle tx, TeamId team, Instant now) {
    var standing = standing(tx, team, now);
    var period = current(tx, team, now).orElseThrow();
    return new State(
        standing.plan(),
        standing.next(),
        period.startsAt(),
        period.endsAt(),
        period.credits(),
        period.tokensMax(),
        period.use());
  }

  /// The period of now; one that a process with a faster clock has begun already, if there is none.
  private static Optional<PlanPeriod> current(Handle handle, TeamId team, Instant now) {
    return handle
        .createQuery(
            """
            SELECT *
            FROM plan_period
            WHERE team_id = :team AND ends_at > :now
            ORDER BY starts_at
            LIMIT 1
            """)
        .bind("team", team.uuid())
        .bind("now", now)
        .map((row, _) -> JdbcPlanPeriods.read(row))
        .findOne();
  }

  /// A team without a row is on the free plan from the first look on.
  private static Standing standing(Handle tx, TeamId team, Instant now) {
    return tx.createQuery(
            """
            SELECT plan, next_plan, anchor_at
            FROM team_plan
            WHERE team_id = :team
            """)
        .bind("team", team.uuid())
        .map((row, _) ->
            new Standing(
                Plan.parse(row.getString(1)).orElseThrow(),
                Plan.parse(row.getString(2)).orElseThrow(),
                row.getTimestamp(3).toInstant()))
        .findOne()
        .orElse(new Standing(Plan.FREE, Plan.FREE, now));
  }

  private static void put(Handle tx, TeamId team, Standing standing) {
    tx.createUpdate(
            """
            INSERT INTO team_plan (team_id, plan, next_plan, anchor_at)
            VALUES (:team, :plan, :next, :anchor)
            ON CONFLICT (team_id) DO UPDATE
            SET plan = excluded.plan, next_plan = excluded.next_plan, anchor_at = excluded.anchor_at
            """)
        .bind("team", team.uuid())
        .bind("plan", standing.plan().word())
        .bind("next", standing.next().word())
        .bind("anchor", standing.anchorAt())
        .execute();
  }

  private static void open(Handle tx, TeamId team, Plan plan, Instant startsAt, Instant endsAt) {
    tx.createUpdate(
            """
            INSERT INTO plan_period (team_id, starts_at, ends_at, plan, credits_nanos, tokens_max)
            VALUES (:team, :starts, :ends, :plan, :credits, :tokens)
            """)
        .bind("team", team.uuid())
        .bind("starts", startsAt)
        .bind("ends", endsAt)
        .bind("plan", plan.word())
        .bind("credits", plan.credits().nanos())
        .bind("tokens", plan.tokens())
        .execute();
  }

  /// Ends the current period early, if there is one.
  ///
  /// @return when the next one may begin: now, or a microsecond after a period that began just now
  private static Instant cutShort(Handle tx, TeamId team, Instant now) {
    var period = current(tx, team, now);
    if (period.isEmpty()) {
      return now;
    }
    var startsAt = period.get().startsAt();
    var end = startsAt.isBefore(now) ? now : startsAt.plus(1, ChronoUnit.MICROS);
    tx.createUpdate(
            """
            UPDATE plan_period
            SET ends_at = :end
            WHERE team_id = :team AND starts_at = :start
            """)
        .bind("team", team.uuid())
        .bind("start", startsAt)
        .bind("end", end)
        .execute();
    return end;
  }

  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MICROS);
  }
}
