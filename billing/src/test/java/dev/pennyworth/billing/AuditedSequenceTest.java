package dev.pennyworth.billing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.lifecycle.AfterContainer;
import org.jdbi.v3.core.Handle;

/// Random sequences of all that can happen to money, one after the other and all at once, on a real
/// PostgreSQL: an independent [Auditor] predicts every balance, and the books prove themselves.
class AuditedSequenceTest {
  private static final TestingBilling BILLING = new TestingBilling();
  private static final Instant NOON = Instant.parse("2026-03-14T12:00:00Z");
  private static final int HOLDS = 6;
  private static final long BALANCE = 1_000;

  private final AtomicInteger attempts = new AtomicInteger();

  @AfterContainer
  static void close() {
    BILLING.close();
  }

  /// Something that happens. Holds are named by a slot; a slot keeps its last hold when it is
  /// resolved, so that it can be resolved a second time.
  sealed interface Deed {
    record Reserve(int slot, BillingMode mode, long amount, boolean crashes) implements Deed {}

    record Settle(int slot, long asked, boolean crashes) implements Deed {}

    record Free(int slot) implements Deed {}

    record Lose(int slot) implements Deed {}

    record Expire() implements Deed {}

    record TopUp(long amount) implements Deed {}

    record Cap(Optional<Long> nanos) implements Deed {}

    record Month(Optional<Long> nanos) implements Deed {}
  }

  @Provide
  Arbitrary<List<Deed>> deeds() {
    var slot = Arbitraries.integers().between(0, HOLDS - 1);
    var amount = Arbitraries.longs().between(0, 700);
    var mode = Arbitraries.of(BillingMode.values());
    var crashes = Arbitraries.frequency(Tuple.of(6, false), Tuple.of(1, true));
    Arbitrary<Optional<Long>> limit = Arbitraries.longs().between(0, 2_000).optional(0.8);
    return Arbitraries.<Deed>frequencyOf(
            Tuple.of(8, Combinators.combine(slot, mode, amount, crashes).as(Deed.Reserve::new)),
            Tuple.of(6, Combinators.combine(slot, amount, crashes).as(Deed.Settle::new)),
            Tuple.of(2, slot.map(Deed.Free::new)),
            Tuple.of(1, slot.map(Deed.Lose::new)),
            Tuple.of(1, Arbitraries.just(new Deed.Expire())),
            Tuple.of(1, amount.map(Deed.TopUp::new)),
            Tuple.of(1, limit.map(Deed.Cap::new)),
            Tuple.of(1, limit.map(Deed.Month::new)))
        .list()
        .ofMinSize(5)
        .ofMaxSize(40);
  }

  @Property(tries = 60)
  void anAuditorPredictsEveryBalanceAfterEveryDeed(@ForAll("deeds") List<Deed> deeds) {
    var books = new Team();
    var auditor = new Auditor(BALANCE);
    var slots = new HashMap<Integer, Hold>();
    for (var deed : deeds) {
      happen(books, auditor, slots, deed);
      assertThat(books.figures()).as("after %s", deed).isEqualTo(auditor.figures());
    }
    assertThat(BILLING.proof.prove(books.team).firstMismatch()).isEmpty();
  }

  private void happen(Team books, Auditor auditor, Map<Integer, Hold> slots, Deed deed) {
    switch (deed) {
      case Deed.Reserve reserve -> reserve(books, auditor, slots, reserve);
      case Deed.Settle settle -> settle(books, auditor, slots, settle);
      case Deed.Free(int slot) ->
          onHold(
              slots,
              slot,
              hold -> resolve(books, new Resolution.VoidHold(hold), auditor.freed(hold.id())));
      case Deed.Lose(int slot) ->
          onHold(
              slots,
              slot,
              hold -> resolve(books, new Resolution.Lose(hold, "answer"), auditor.lost(hold.id())));
      case Deed.Expire _ -> {
        BILLING.now.set(NOON.plusSeconds(2 * 3_600));
        BILLING.gate.expireForgotten();
        BILLING.now.set(NOON);
        slots.values().forEach(hold -> auditor.lost(hold.id()));
      }
      case Deed.TopUp(long amount) -> {
        books.topUp(amount);
        auditor.deposit(amount);
      }
      case Deed.Cap(var nanos) -> {
        books.setCap(nanos);
        auditor.setCap(nanos);
      }
      case Deed.Month(var nanos) -> {
        books.setMonth(nanos);
        auditor.setMonth(nanos);
      }
    }
  }

  private void reserve(
      Team books, Auditor auditor, Map<Integer, Hold> slots, Deed.Reserve reserve) {
    if (slots.containsKey(reserve.slot()) && auditor.isOpen(slots.get(reserve.slot()).id())) {
      return; // what nobody knows any more cannot be resolved
    }
    var request = books.request(reserve.mode(), reserve.amount());
    if (reserve.crashes()) {
      assertThatThrownBy(() -> books.book(List.of(), List.of(request), CRASH))
          .isInstanceOf(Crash.class);
      return;
    }
    boolean mustFit = auditor.fits(reserve.mode(), reserve.amount());
    switch (books.book(List.of(), List.of(request), Alongside.NOTHING).reservation()) {
      case Reservation.Granted(var hold) -> {
        assertThat(mustFit).as("the auditor lets %s through", reserve).isTrue();
        auditor.held(hold);
        slots.put(reserve.slot(), hold);
      }
      case Reservation.Refused(var refusal) ->
          assertThat(mustFit).as("the auditor refuses %s: %s", reserve, refusal).isFalse();
      case Reservation.CountFirst _ -> throw new AssertionError("to be counted first");
    }
  }

  private void settle(Team books, Auditor auditor, Map<Integer, Hold> slots, Deed.Settle settle) {
    onHold(
        slots,
        settle.slot(),
        hold -> {
          var resolution = settling(hold, settle.asked());
          if (settle.crashes()) {
            assertThatThrownBy(() -> books.book(List.of(resolution), List.of(), CRASH));
            return;
          }
          resolve(books, resolution, auditor.settled(hold.id(), settle.asked()).isPresent());
        });
  }

  private static Resolution settling(Hold hold, long asked) {
    var usage = Optional.of(new TokenUsage(0, asked, 0, 0));
    return new Resolution.Settle(hold, new Settlement(usage, false, "answer", Optional.empty()));
  }

  private static void onHold(Map<Integer, Hold> slots, int slot, Consumer<Hold> deed) {
    Optional.ofNullable(slots.get(slot)).ifPresent(deed);
  }

  private static void resolve(Team books, Resolution resolution, boolean mustWork) {
    if (mustWork) {
      books.book(List.of(resolution), List.of(), Alongside.NOTHING);
    } else {
      assertThatThrownBy(() -> books.book(List.of(resolution), List.of(), Alongside.NOTHING))
          .isInstanceOf(AlreadyResolved.class);
    }
  }

  private static final class Crash extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  /// A process that dies when everything is written and nothing is committed.
  private static final Alongside CRASH =
      new Alongside() {
        @Override
        public void after(Handle tx, Booking.Booked booked) {
          throw new Crash();
        }
      };

  /// All at once: what fits is not foreseeable, but what follows from what was answered is.
  @Property(tries = 12)
  void inAnyInterleavingTheBooksFollowFromTheAnswers(
      @ForAll("deeds") List<Deed> first,
      @ForAll("deeds") List<Deed> second,
      @ForAll("deeds") List<Deed> third,
      @ForAll("deeds") List<Deed> fourth)
      throws Exception {
    var books = new Team();
    var auditor = new Auditor(BALANCE);
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var tasks = new ArrayList<Callable<Boolean>>();
      for (var deeds : List.of(first, second, third, fourth)) {
        tasks.add(() -> happenBeside(books, auditor, deeds));
      }
      for (var outcome : threads.invokeAll(tasks)) {
        assertThat(outcome.get()).isTrue();
      }
    }
    assertThat(books.figures()).isEqualTo(auditor.figures());
    assertThat(books.figures().balance()).isGreaterThanOrEqualTo(books.figures().walletHeld());
    assertThat(BILLING.proof.prove(books.team).firstMismatch()).isEmpty();
  }

  private boolean happenBeside(Team books, Auditor auditor, List<Deed> deeds) {
    var slots = new HashMap<Integer, Hold>();
    for (var deed : deeds) {
      switch (deed) {
        case Deed.Reserve reserve -> reserveBeside(books, auditor, slots, reserve);
        case Deed.Settle(int slot, long asked, boolean crashes) ->
            takeHold(slots, slot)
                .ifPresent(hold -> {
                  if (crashes) {
                    assertThatThrownBy(
                        () -> books.book(List.of(settling(hold, asked)), List.of(), CRASH));
                  }
                  books.book(List.of(settling(hold, asked)), List.of(), Alongside.NOTHING);
                  audit(auditor, one -> one.settled(hold.id(), asked));
                });
        case Deed.Free(int slot) ->
            takeHold(slots, slot)
                .ifPresent(hold -> {
                  books.book(List.of(new Resolution.VoidHold(hold)), List.of(), Alongside.NOTHING);
                  audit(auditor, one -> one.freed(hold.id()));
                });
        case Deed.Lose(int slot) ->
            takeHold(slots, slot)
                .ifPresent(hold -> {
                  books.book(
                      List.of(new Resolution.Lose(hold, "answer")), List.of(), Alongside.NOTHING);
                  audit(auditor, one -> one.lost(hold.id()));
                });
        case Deed.TopUp(long amount) -> {
          books.topUp(amount);
          audit(auditor, one -> one.deposit(amount));
        }
        case Deed.Cap(var nanos) -> books.setCap(nanos);
        case Deed.Month(var nanos) -> books.setMonth(nanos);
        case Deed.Expire _ -> {}
      }
    }
    return true;
  }

  private void reserveBeside(
      Team books, Auditor auditor, Map<Integer, Hold> slots, Deed.Reserve reserve) {
    if (slots.containsKey(reserve.slot())) {
      return;
    }
    var request = books.request(reserve.mode(), reserve.amount());
    if (reserve.crashes()) {
      assertThatThrownBy(() -> books.book(List.of(), List.of(request), CRASH))
          .isInstanceOf(Crash.class);
      return;
    }
    var answer = books.book(List.of(), List.of(request), Alongside.NOTHING).reservation();
    if (answer instanceof Reservation.Granted(var hold)) {
      audit(auditor, one -> one.held(hold));
      slots.put(reserve.slot(), hold);
    }
  }

  private static Optional<Hold> takeHold(Map<Integer, Hold> slots, int slot) {
    return Optional.ofNullable(slots.remove(slot));
  }

  private static void audit(Auditor auditor, Consumer<Auditor> entry) {
    synchronized (auditor) {
      entry.accept(auditor);
    }
  }

  /// A team of its own with one bot and 1,000 nano-dollars; a token costs one.
  private final class Team {
    private final TeamId team = new TeamId(UUID.randomUUID());
    private final BotId bot = new BotId(UUID.randomUUID());
    private final Price price =
        new Price("n/n@1", "n", "n", "n", 0, 1_000_000, 0, 0, true, Instant.EPOCH);

    Team() {
      BILLING.now.set(NOON);
      BILLING.prices.publish(List.of(price));
      BILLING.jdbi.useTransaction(tx -> {
        tx.execute(
            "INSERT INTO team (team_id, name, created_at) VALUES (?, 'a team', ?)",
            team.uuid(),
            NOON);
        tx.execute("INSERT INTO wallet (team_id) VALUES (?)", team.uuid());
        BILLING.budgets.setLimits(tx, team, bot, Map.of());
      });
      topUp(BALANCE);
      BILLING.plans.beginPeriod(team);
    }

    void topUp(long nanos) {
      BILLING.jdbi.useTransaction(
          tx -> TestingBilling.give(tx, BILLING.ledger, team, new NanoUsd(nanos)));
    }

    void setCap(Optional<Long> nanos) {
      Map<LimitKind, NanoUsd> caps =
          nanos.map(limit -> Map.of(LimitKind.LIFETIME, new NanoUsd(limit))).orElse(Map.of());
      BILLING.jdbi.useTransaction(tx -> BILLING.budgets.setLimits(tx, team, bot, caps));
    }

    void setMonth(Optional<Long> nanos) {
      var limits = new TeamLimits(nanos.map(NanoUsd::new), Optional.empty(), List.of(50));
      BILLING.jdbi.useTransaction(tx -> BILLING.teamLimits.set(tx, team, limits));
    }

    HoldRequest request(BillingMode mode, long amount) {
      var key =
          new StepKey(team, bot, new TurnId(UUID.randomUUID()), 1, attempts.incrementAndGet());
      return new HoldRequest(
          key, mode, price, "ann", TestingBilling.UTC, new Ask.Fixed(new NanoUsd(amount)));
    }

    Booking.Booked book(
        List<Resolution> resolutions, List<HoldRequest> requests, Alongside alongside) {
      return BILLING.gate.book(new Booking(team, resolutions, requests, alongside));
    }

    Auditor.Figures figures() {
      return BILLING.jdbi.withHandle(handle ->
          handle
              .createQuery(
                  """
                  SELECT w.balance_nanos, w.held_nanos AS wallet_held, w.spent_nanos AS billed,
                    b.spent_nanos AS spent, b.held_nanos AS held,
                    p.credits_spent_nanos, p.credits_held_nanos,
                    coalesce((SELECT sum(amount_nanos) FROM ledger_entry e
                      WHERE e.team_id = :team AND e.account = 'house'), 0) AS house,
                    coalesce((SELECT spent_nanos = b.spent_nanos AND held_nanos = b.held_nanos
                      FROM budget m
                      WHERE m.team_id = :team AND m.kind = 'team_month'), true) AS is_month_alike
                  FROM wallet w
                  JOIN budget b ON b.team_id = w.team_id AND b.kind = 'lifetime'
                  JOIN plan_period p ON p.team_id = w.team_id
                  WHERE w.team_id = :team
                  """)
              .bind("team", team.uuid())
              .map((row, _) -> {
                assertThat(row.getBoolean("is_month_alike")).isTrue();
                return new Auditor.Figures(
                    row.getLong("balance_nanos"),
                    row.getLong("wallet_held"),
                    row.getLong("billed"),
                    row.getLong("spent"),
                    row.getLong("held"),
                    row.getLong("credits_spent_nanos"),
                    row.getLong("credits_held_nanos"),
                    row.getLong("house"));
              })
              .one());
    }
  }
}
