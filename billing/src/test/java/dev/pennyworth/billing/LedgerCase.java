package dev.pennyworth.billing;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.jdbi.v3.core.Handle;

/// One row of a `*.ledger` table: does its deeds in a team of its own and compares what it came to.
///
/// Deeds: `hold NAME CENTS`, `ask NAME TOKENS` (a token costs a cent), `settle NAME [CENTS]`, `use
/// NAME TOKENS`, `void NAME`, `lose NAME`, `expire`, `spend CENTS` (hold and settle), `parallel
/// TIMES CENTS`, `crash DEED` (broken off before its commit), `deposit CENTS`, `cap KIND CENTS`,
/// `uncap`, `team month CENTS`, `overage CENTS`, `percents LIST`, `plan NAME`, `mode NAME`, `price
/// cent|dear|free`, `bot NAME`, `user NAME`, `turn NAME`, `zone NAME`, `at INSTANT`, `wait
/// DURATION`.
///
/// Figures: `balance`, `held` and `spent` (of all budgets' lifetimes), `billed`, `house`,
/// `credits`, `tokens`, `overage`, `plan`, `paid` (of `parallel`), `told` (types of events, in
/// order), `granted NAME TOKENS`, `remaining NAME CENTS`, `resets NAME INSTANT`, `refused NAME
/// SCOPE [PERIOD]`, `failed DEED`. Every refusal and failure must be named, in order; after each
/// row the books are proved.
final class LedgerCase {
  private static final String NONE = "none";

  private final TestingBilling billing;
  private final TeamId team = new TeamId(UUID.randomUUID());
  private final Map<String, BotId> bots = new HashMap<>();
  private final Map<String, Reservation> reservations = new HashMap<>();
  private final Map<LimitKind, NanoUsd> caps = new HashMap<>();
  private final List<String> refused = new ArrayList<>();
  private final List<String> failed = new ArrayList<>();
  private final TurnId ownTurn = new TurnId(UUID.randomUUID());
  private final Map<String, TurnId> turns = new HashMap<>();
  private TeamLimits limits = TeamLimits.NONE;
  private BillingMode mode = BillingMode.WALLET;
  private Price price = centPrice("cent", 1);
  private BotId bot;
  private String endUser = "ann";
  private TurnId turn = ownTurn;
  private ZoneId zone = TestingBilling.UTC;
  private int paid;

  LedgerCase(TestingBilling billing, long walletCents) {
    this.billing = billing;
    this.bot = new BotId(UUID.randomUUID());
    billing.now.set(Instant.parse("2026-03-14T12:00:00Z"));
    billing.prices.publish(
        List.of(centPrice("cent", 1), centPrice("dear", 1_000), centPrice("free", 0)));
    billing.jdbi.useTransaction(tx -> {
      tx.execute(
          "INSERT INTO team (team_id, name, created_at) VALUES (?, 'a team', ?)",
          team.uuid(),
          billing.now.get());
      tx.execute("INSERT INTO wallet (team_id) VALUES (?)", team.uuid());
      if (walletCents > 0) {
        TestingBilling.give(tx, billing.ledger, team, NanoUsd.ofCents(walletCents));
      }
      billing.budgets.setLimits(tx, team, bot, Map.of());
    });
  }

  private static Price centPrice(String name, long cents) {
    long perMillion = NanoUsd.ofCents(cents).nanos() * 1_000_000;
    return new Price(
        name + "/" + name + "@1", name, name, name, 0, perMillion, 0, 0, true, Instant.EPOCH);
  }

  void run(String deeds, String outcome) {
    for (String deed : deeds.split(";", -1)) {
      run(deed.strip());
    }
    var figures = new ArrayList<String>();
    for (String figure : outcome.split(";", -1)) {
      check(figure.strip(), figures);
    }
    assertThat(refused)
        .as("refusals")
        .isEqualTo(
            figures.stream()
                .filter(one -> one.startsWith("refused "))
                .map(LedgerCase::rest)
                .toList());
    assertThat(failed)
        .as("failures")
        .isEqualTo(
            figures.stream()
                .filter(one -> one.startsWith("failed "))
                .map(LedgerCase::rest)
                .toList());
    assertThat(billing.proof.prove(team).firstMismatch()).isEmpty();
  }

  private static String rest(String figure) {
    return figure.substring(figure.indexOf(' ') + 1);
  }

  private void run(String deed) {
    boolean isCrash = deed.startsWith("crash ");
    var words = List.of((isCrash ? rest(deed) : deed).split(" "));
    try {
      run(words, isCrash ? CRASH : Alongside.NOTHING);
    } catch (Crash _) {
      assertThat(isCrash).as("a crash that was asked for").isTrue();
    } catch (RuntimeException e) {
      failed.add(words.get(0) + " " + words.get(1));
    }
  }

  private static final class Crash extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  private static final Alongside CRASH =
      new Alongside() {
        @Override
        public void after(Handle tx, Booking.Booked booked) {
          throw new Crash();
        }
      };

  private void run(List<String> words, Alongside alongside) {
    switch (words.getFirst()) {
      case "hold" ->
          reserve(words.get(1), new Ask.Fixed(NanoUsd.ofCents(number(words, 2))), alongside);
      case "ask" -> reserve(words.get(1), new Ask.Tokens(0, 0, number(words, 2)), alongside);
      case "settle" ->
          resolve(
              settle(words.get(1), words.size() < 3 ? Optional.empty() : usage(words)), alongside);
      case "use" -> resolve(settle(words.get(1), usage(words)), alongside);
      case "void" -> resolve(new Resolution.VoidHold(hold(words.get(1))), alongside);
      case "lose" -> resolve(new Resolution.Lose(hold(words.get(1)), "answer"), alongside);
      case "expire" -> billing.gate.expireForgotten();
      case "spend" -> spend(number(words, 1));
      case "parallel" -> spendInParallel((int) number(words, 1), number(words, 2));
      case "deposit" -> deposit(number(words, 1));
      case "wait" -> billing.now.updateAndGet(now -> now.plus(duration(words.get(1))));
      case "at" -> billing.now.set(Instant.parse(words.get(1)));
      default -> set(words);
    }
  }

  private void set(List<String> words) {
    switch (words.getFirst()) {
      case "cap" -> {
        caps.put(LimitKind.of(words.get(1)), NanoUsd.ofCents(number(words, 2)));
        setCaps();
      }
      case "uncap" -> {
        caps.clear();
        setCaps();
      }
      case "team" -> setLimits(Optional.of(number(words, 2)), limits.overageCeiling(), percents());
      case "overage" ->
          setLimits(
              limits.monthly().map(LedgerCase::cents),
              Optional.of(NanoUsd.ofCents(number(words, 1))),
              percents());
      case "percents" ->
          setLimits(
              limits.monthly().map(LedgerCase::cents),
              limits.overageCeiling(),
              words.get(1).equals("-")
                  ? List.of()
                  : List.of(words.get(1).split(",")).stream().map(Integer::valueOf).toList());
      case "plan" -> changePlan(Plan.parse(words.get(1)).orElseThrow());
      case "mode" -> mode = BillingMode.parse(words.get(1)).orElseThrow();
      case "price" -> price = billing.prices.current(words.get(1), words.get(1)).orElseThrow();
      case "bot" -> {
        bot = bots.computeIfAbsent(words.get(1), _ -> new BotId(UUID.randomUUID()));
        billing.jdbi.useTransaction(tx -> billing.budgets.setLimits(tx, team, bot, Map.of()));
      }
      case "user" -> endUser = words.get(1);
      case "turn" -> turn = turns.computeIfAbsent(words.get(1), _ -> new TurnId(UUID.randomUUID()));
      case "zone" -> zone = ZoneId.of(words.get(1));
      default -> throw new AssertionError("no deed is called " + words);
    }
  }

  private static long cents(NanoUsd amount) {
    return amount.nanos() / NanoUsd.ofCents(1).nanos();
  }

  private List<Integer> percents() {
    return limits.alertPercents();
  }

  private void setCaps() {
    billing.jdbi.useTransaction(tx -> billing.budgets.setLimits(tx, team, bot, caps));
  }

  private void setLimits(
      Optional<Long> monthlyCents, Optional<NanoUsd> overage, List<Integer> percents) {
    limits = new TeamLimits(monthlyCents.map(NanoUsd::ofCents), overage, percents);
    billing.jdbi.useTransaction(tx -> billing.teamLimits.set(tx, team, limits));
  }

  private void changePlan(Plan wanted) {
    var change = billing.jdbi.inTransaction(tx -> billing.plans.change(tx, team, wanted));
    if (change instanceof JdbcPlans.Change.TooExpensive) {
      refused.add("plan");
    }
  }

  private void deposit(long cents) {
    var payment =
        billing.jdbi.inTransaction(tx -> billing.payments.open(tx, team, NanoUsd.ofCents(cents)));
    assertThat(billing.checkout.pay(team, payment.id())).isPresent();
  }

  private void reserve(String name, Ask ask, Alongside alongside) {
    var request = request(name, ask);
    var booked = billing.gate.book(new Booking(team, List.of(), List.of(request), alongside));
    reservations.put(name, booked.reservation());
    if (booked.reservation() instanceof Reservation.Refused(var refusal)) {
      var period = refusal.period().map(word -> " " + word).orElse("");
      refused.add(name + " " + refusal.scope().word() + period);
    }
  }

  /// The same name is the same attempt, unless its turn is another one.
  private HoldRequest request(String name, Ask ask) {
    int step = name.chars().reduce(1, (sum, character) -> sum * 7 + character);
    return new HoldRequest(
        new StepKey(team, bot, turn, Math.abs(step), 1), mode, price, endUser, zone, ask);
  }

  private Hold hold(String name) {
    if (reservations.get(name) instanceof Reservation.Granted(var hold)) {
      return hold;
    }
    throw new AssertionError("nothing is held as " + name);
  }

  private Resolution settle(String name, Optional<TokenUsage> usage) {
    return new Resolution.Settle(
        hold(name), new Settlement(usage, false, "answer", Optional.empty()));
  }

  private static Optional<TokenUsage> usage(List<String> words) {
    return Optional.of(new TokenUsage(0, number(words, 2), 0, 0));
  }

  private void resolve(Resolution resolution, Alongside alongside) {
    billing.gate.book(new Booking(team, List.of(resolution), List.of(), alongside));
  }

  private boolean spend(long cents) {
    var request =
        new HoldRequest(
            new StepKey(team, bot, new TurnId(UUID.randomUUID()), 1, 1),
            mode,
            price,
            endUser,
            zone,
            new Ask.Fixed(NanoUsd.ofCents(cents)));
    return switch (billing.gate.book(Booking.of(request)).reservation()) {
      case Reservation.Granted(var hold) -> {
        var usage = Optional.of(new TokenUsage(0, cents, 0, 0));
        var settlement = new Settlement(usage, false, "answer", Optional.empty());
        billing.gate.book(Booking.of(new Resolution.Settle(hold, settlement)));
        yield true;
      }
      case Reservation.Refused _ -> false;
      case Reservation.CountFirst _ -> throw new AssertionError("to be counted first");
    };
  }

  private void spendInParallel(int times, long cents) {
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var tasks = new ArrayList<Callable<Boolean>>();
      for (int i = 0; i < times; i++) {
        tasks.add(() -> spend(cents));
      }
      for (var outcome : threads.invokeAll(tasks)) {
        paid += outcome.get() ? 1 : 0;
      }
    } catch (Exception e) {
      throw new AssertionError("a spend broke", e);
    }
  }

  private static Duration duration(String text) {
    long count = Long.parseLong(text.substring(0, text.length() - 1));
    return text.endsWith("d") ? Duration.ofDays(count) : Duration.ofMinutes(count);
  }

  private static long number(List<String> words, int place) {
    return Long.parseLong(words.get(place));
  }

  private void check(String figure, List<String> figures) {
    var words = List.of(figure.split(" "));
    switch (words.getFirst()) {
      case "refused", "failed" -> figures.add(figure);
      case "told" -> assertThat(told()).as(figure).isEqualTo(rest(figure));
      case "plan" ->
          assertThat(text("SELECT plan FROM team_plan WHERE team_id = ?", NONE))
              .as(figure)
              .isEqualTo(words.get(1).equals("free") ? freeOrNone() : words.get(1));
      case "granted" ->
          assertThat(hold(words.get(1)).outputTokensMax()).as(figure).isEqualTo(number(words, 2));
      case "remaining" ->
          assertThat(refusal(words.get(1)).remaining())
              .as(figure)
              .isEqualTo(NanoUsd.ofCents(number(words, 2)).nanos());
      case "resets" ->
          assertThat(refusal(words.get(1)).resetsAt())
              .as(figure)
              .contains(Instant.parse(words.get(2)));
      case "paid" -> assertThat(paid).as(figure).isEqualTo((int) number(words, 1));
      case "tokens" -> assertThat(figure("tokens")).as(figure).isEqualTo(number(words, 1));
      default ->
          assertThat(figure(words.getFirst()))
              .as(figure)
              .isEqualTo(NanoUsd.ofCents(number(words, 1)).nanos());
    }
  }

  /// A team that never looked at its plan is on the free one.
  private String freeOrNone() {
    var stored = text("SELECT plan FROM team_plan WHERE team_id = ?", NONE);
    return stored.equals(NONE) ? NONE : "free";
  }

  private Refusal refusal(String name) {
    if (reservations.get(name) instanceof Reservation.Refused(var refusal)) {
      return refusal;
    }
    throw new AssertionError(name + " was not refused");
  }

  private long figure(String name) {
    var sql =
        switch (name) {
          case "balance" -> "SELECT balance_nanos FROM wallet WHERE team_id = ?";
          case "held" ->
              "SELECT sum(held_nanos) FROM budget WHERE kind = 'lifetime' AND team_id = ?";
          case "spent" ->
              "SELECT sum(spent_nanos) FROM budget WHERE kind = 'lifetime' AND team_id = ?";
          case "billed" -> "SELECT sum(billed_nanos) FROM ledger_transaction WHERE team_id = ?";
          case "house" ->
              "SELECT sum(amount_nanos) FROM ledger_entry WHERE account = 'house' AND team_id = ?";
          case "credits" -> ofPlan("credits_spent_nanos");
          case "tokens" -> ofPlan("tokens_spent");
          case "overage" -> ofPlan("overage_spent_nanos");
          default -> throw new AssertionError("no figure is called " + name);
        };
    return Long.parseLong(text(sql, "0"));
  }

  /// Of the latest period.
  private static String ofPlan(String column) {
    return "SELECT "
        + column
        + " FROM plan_period WHERE team_id = ? ORDER BY starts_at DESC LIMIT 1";
  }

  private String told() {
    return text(
        """
        SELECT string_agg(
          type || CASE
            WHEN data ->> 'percent' IS NULL THEN ''
            ELSE ' ' || (data ->> 'percent')
          END,
          ', ' ORDER BY created_at, told_seq)
        FROM (SELECT *, row_number() OVER (ORDER BY ctid) AS told_seq
          FROM event WHERE team_id = ?) AS told
        """,
        NONE);
  }

  private String text(String sql, String otherwise) {
    return billing.jdbi.withHandle(
        handle -> handle.select(sql, team.uuid()).mapTo(String.class).findOne().orElse(otherwise));
  }
}
