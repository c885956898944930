package dev.pennyworth.billing;

import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;

/// The locked rows of a batch of bookings, and what becomes of them. Decides with values, one
/// booking after the other, each seeing what the ones before it left; [JdbcBooks] reads before and
/// writes after.
final class Books {
  /// Names a budget's row.
  record BudgetId(TeamId team, String key) {}

  /// Names a row of `daily_rollup`; sorted, so that batches lock them in one order.
  record RollupId(TeamId team, BotId bot, LocalDate day) {}

  /// What a day's figures grow by.
  record RollupGrowth(TokenUsage usage, NanoUsd cost, NanoUsd billed) {
    RollupGrowth plus(RollupGrowth other) {
      return new RollupGrowth(
          usage.plus(other.usage), cost.plus(other.cost), billed.plus(other.billed));
    }
  }

  /// A row that goes into a team's ledger.
  record Posted(TeamId team, LedgerRow row) {}

  /// Something to tell a team's owners.
  record Telling(TeamId team, Event event) {}

  private final Instant now;
  private final Map<BudgetId, BudgetRow> budgets;
  private final Map<TeamId, TeamAccount> accounts;
  private final Map<HoldRequest, List<BudgetKey>> keys;
  private final Map<BotId, Map<LimitKind, NanoUsd>> limits;
  private final List<Hold> holds = new ArrayList<>();
  private final List<Posted> posted = new ArrayList<>();
  private final Map<RollupId, RollupGrowth> rollups = new LinkedHashMap<>();
  private final List<Telling> tellings = new ArrayList<>();

  /// @param now the moment of the decision, cut to microseconds
  /// @param keys of the budgets that each request counts in, all of which are locked
  /// @param limits what owners set for the bots that ask for holds
  Books(
      Instant now,
      Map<BudgetId, BudgetRow> budgets,
      Map<TeamId, TeamAccount> accounts,
      Map<HoldRequest, List<BudgetKey>> keys,
      Map<BotId, Map<LimitKind, NanoUsd>> limits) {
    this.now = now;
    this.budgets = new TreeMap<>(BUDGET_ORDER);
    this.budgets.putAll(budgets);
    this.accounts = Map.copyOf(accounts);
    this.keys = Map.copyOf(keys);
    this.limits = Map.copyOf(limits);
  }

  private static final Comparator<BudgetId> BUDGET_ORDER =
      Comparator.<BudgetId, UUID>comparing(id -> id.team().uuid()).thenComparing(BudgetId::key);

  Booking.Booked book(Booking booking) {
    var charges = new ArrayList<Charge>();
    for (var resolution : booking.resolutions()) {
      switch (resolution) {
        case Resolution.Settle settle -> charges.add(settle(settle));
        case Resolution.VoidHold(var hold) -> release(hold, NanoUsd.ZERO, 0);
        case Resolution.Lose(var hold, var purpose) -> lose(hold, purpose, "unanswered");
        case Resolution.Expire(var hold) -> lose(hold, "answer", "expired");
      }
    }
    return new Booking.Booked(charges, booking.requests().stream().map(this::reserve).toList());
  }

  private Charge settle(Resolution.Settle settle) {
    var hold = settle.hold();
    var charge = settle.charge();
    var account = account(hold.key().team());
    var balanceBefore = account.balance();
    long tokens = settle.settlement().usage().map(TokenUsage::inAll).orElse(Long.MAX_VALUE);
    release(hold, charge.cost(), tokens);
    posted.add(new Posted(account.team(), account.post(Posting.ofCharge(settle, charge), now)));
    rollups.merge(
        new RollupId(account.team(), hold.key().bot(), hold.eventDay()),
        new RollupGrowth(settle.usage(), charge.cost(), charge.billed()),
        RollupGrowth::plus);
    Alerts.ofWallet(balanceBefore, account.balance(), account.held(), account.seq())
        .ifPresent(event -> tell(account.team(), event));
    return charge;
  }

  private void lose(Hold hold, String purpose, String flag) {
    release(hold, NanoUsd.ZERO, 0);
    var account = account(hold.key().team());
    posted.add(new Posted(account.team(), account.post(Posting.ofLeak(hold, purpose, flag), now)));
  }

  private void release(Hold hold, NanoUsd cost, long tokens) {
    var account = account(hold.key().team());
    var percents = account.limits().alertPercents();
    for (var key : hold.budgetKeys()) {
      var row = budget(new BudgetId(account.team(), key));
      var spentBefore = row.spent();
      row.release(hold.amount(), cost);
      tellAll(account.team(), Alerts.ofBudget(row, row.limit(), spentBefore, percents));
    }
    var period = account.periodOf(hold);
    var usedBefore = period.map(PlanPeriod::use);
    account.release(hold, cost, tokens);
    period.ifPresent(
        used -> tellAll(account.team(), Alerts.ofPlan(used, usedBefore.orElseThrow(), percents)));
  }

  private Reservation reserve(HoldRequest request) {
    var account = account(request.key().team());
    var counted = Optional.ofNullable(keys.get(request)).orElseThrow();
    var lines = new ArrayList<Headroom.Line>();
    for (var key : counted) {
      refreshed(account, request.key().bot(), key).line().ifPresent(lines::add);
    }
    return switch (Headroom.decide(request, account.ways(request.mode(), lines, now))) {
      case Headroom.Decision.Fits fits -> grant(account, request, fits, counted);
      case Headroom.Decision.DoesNotFit refused -> refuse(account, request, refused);
      case Headroom.Decision.CountFirst _ -> new Reservation.CountFirst();
    };
  }

  private BudgetRow refreshed(TeamAccount account, BotId bot, BudgetKey key) {
    var row = budget(new BudgetId(account.team(), key.text()));
    var limitBefore = row.limit();
    var limit =
        key.kind() == LimitKind.TEAM_MONTH
            ? account.limits().monthly()
            : Optional.ofNullable(limits.getOrDefault(bot, Map.of()).get(key.kind()));
    row.refresh(limit, key.resetsAt());
    if (!limit.equals(limitBefore)) {
      var percents = account.limits().alertPercents();
      tellAll(account.team(), Alerts.ofBudget(row, limitBefore, row.spent(), percents));
    }
    return row;
  }

  private Reservation grant(
      TeamAccount account,
      HoldRequest request,
      Headroom.Decision.Fits fits,
      List<BudgetKey> counted) {
    boolean isPlans = fits.way().funding() == Funding.PLAN;
    long tokens = isPlans ? Math.addExact(fits.inputTokensMax(), fits.outputTokensMax()) : 0;
    var hold =
        new Hold(
            request.key(),
            request.mode(),
            fits.way().funding(),
            fits.way().periodStartsAt().map(start -> new PlanShare(start, tokens)),
            request.price(),
            fits.amount(),
            fits.inputTokensMax(),
            fits.outputTokensMax(),
            counted.stream().map(BudgetKey::text).toList(),
            now.atZone(request.zone()).toLocalDate());
    counted.forEach(key -> budget(new BudgetId(account.team(), key.text())).hold(hold.amount()));
    account.hold(hold);
    holds.add(hold);
    return new Reservation.Granted(hold);
  }

  private Reservation refuse(
      TeamAccount account, HoldRequest request, Headroom.Decision.DoesNotFit refused) {
    Alerts.ofRefusal(request.key(), refused.line(), refused.refusal())
        .ifPresent(event -> tell(account.team(), event));
    return new Reservation.Refused(refused.refusal());
  }

  private void tellAll(TeamId team, List<Event> events) {
    events.forEach(event -> tell(team, event));
  }

  private void tell(TeamId team, Event event) {
    tellings.add(new Telling(team, event));
  }

  private TeamAccount account(TeamId team) {
    return Optional.ofNullable(accounts.get(team)).orElseThrow();
  }

  private BudgetRow budget(BudgetId id) {
    return Optional.ofNullable(budgets.get(id)).orElseThrow();
  }

  Instant now() {
    return now;
  }

  Iterable<BudgetRow> budgets() {
    return budgets.values();
  }

  Iterable<TeamAccount> accounts() {
    return accounts.values();
  }

  List<Hold> holds() {
    return List.copyOf(holds);
  }

  List<Posted> posted() {
    return List.copyOf(posted);
  }

  Map<RollupId, RollupGrowth> rollups() {
    return Map.copyOf(rollups);
  }

  List<Telling> tellings() {
    return List.copyOf(tellings);
  }
}
