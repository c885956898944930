package dev.pennyworth.billing;

import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/// The one door through which money is spent: reserve before a call, then settle, void or lose the
/// hold, exactly once.
///
/// Every method joins the caller's transaction, so that the step, its charge and what follows from
/// it are one commit. Locks are taken in the order: the bot's budgets (by key), the wallet, the
/// hold. Whoever calls holds the conversation's row already, if there is one.
public final class JdbcGate {
  private final JdbcBudgets budgets;
  private final JdbcHolds holds;
  private final JdbcLedger ledger;
  private final JdbcRollups rollups;
  private final InstantSource clock;

  JdbcGate(
      JdbcBudgets budgets,
      JdbcHolds holds,
      JdbcLedger ledger,
      JdbcRollups rollups,
      InstantSource clock) {
    this.budgets = budgets;
    this.holds = holds;
    this.ledger = ledger;
    this.rollups = rollups;
    this.clock = clock;
  }

  /// Sets money aside over every limit that applies, or says which one is in the way. If the whole
  /// worst case does not fit, the input's bound is tightened, then the output's lowered. A refusal
  /// writes nothing of consequence.
  public Reservation reserve(Handle tx, HoldRequest request) {
    var now = clock.instant();
    var key = request.key();
    var day = now.atZone(request.zone()).toLocalDate();
    var budgetKeys = BudgetKey.of(key, request.endUser(), request.zone(), day);
    var states = budgets.lockAll(tx, key.team(), key.bot(), budgetKeys);
    var wallet = walletOf(tx, request);
    return switch (Headroom.decide(request, states, wallet)) {
      case Headroom.Decision.DoesNotFit(var refusal) -> new Reservation.Refused(refusal);
      case Headroom.Decision.Fits fits ->
          new Reservation.Granted(takeHold(tx, hold(request, fits, budgetKeys, day), now));
    };
  }

  /// Books what the step really cost, never more than its hold, and frees the rest. What the
  /// provider asks beyond the hold is the house's loss, and flagged.
  public Charge settle(Handle tx, Hold hold, Settlement settlement) {
    var reported = settlement.usage();
    var actual = reported.map(hold.price()::cost).orElse(hold.amount());
    var cost = actual.min(hold.amount());
    var billed = hold.mode() == BillingMode.WALLET ? cost : NanoUsd.ZERO;
    var usage = reported.orElse(TokenUsage.NONE);
    var charge = new Charge(cost, billed, flags(settlement, actual, hold));
    budgets.lockExisting(tx, hold.key().team(), hold.budgetKeys());
    budgets.add(tx, hold.key().team(), hold.budgetKeys(), hold.amount().negated(), cost);
    ledger.append(
        tx, hold.key().team(), chargePosting(hold, settlement, usage, actual, charge), held(hold));
    holds.settle(tx, hold, cost, clock.instant());
    rollups.addCharge(tx, hold, usage, charge);
    return charge;
  }

  /// Frees a hold whose call used nothing.
  public void voidHold(Handle tx, Hold hold) {
    budgets.lockExisting(tx, hold.key().team(), hold.budgetKeys());
    budgets.add(tx, hold.key().team(), hold.budgetKeys(), hold.amount().negated(), NanoUsd.ZERO);
    JdbcWallets.release(tx, hold.key().team(), held(hold));
    holds.resolveVoid(tx, hold, clock.instant());
  }

  /// Frees a hold whose call was made but never answered: the team pays nothing, and the most that
  /// the provider can ask for it is written to the house's account.
  public void loseHold(Handle tx, Hold hold, String purpose) {
    budgets.lockExisting(tx, hold.key().team(), hold.budgetKeys());
    budgets.add(tx, hold.key().team(), hold.budgetKeys(), hold.amount().negated(), NanoUsd.ZERO);
    ledger.append(tx, hold.key().team(), leakPosting(hold, purpose), held(hold));
    holds.resolveVoid(tx, hold, clock.instant());
  }

  /// The holds of a turn that nobody resolved: of calls whose outcome never came.
  public List<Hold> openHolds(Handle tx, TeamId team, TurnId turn) {
    return holds.findOpen(tx, team, turn);
  }

  private static Optional<WalletState> walletOf(Handle tx, HoldRequest request) {
    return request.mode() == BillingMode.WALLET
        ? Optional.of(JdbcWallets.lock(tx, request.key().team()))
        : Optional.empty();
  }

  private static Hold hold(
      HoldRequest request, Headroom.Decision.Fits fits, List<BudgetKey> budgetKeys, LocalDate day) {
    return new Hold(
        request.key(),
        request.mode(),
        request.price(),
        fits.amount(),
        fits.inputTokensMax(),
        fits.outputTokensMax(),
        budgetKeys.stream().map(BudgetKey::text).toList(),
        day);
  }

  private Hold takeHold(Handle tx, Hold hold, Instant now) {
    budgets.add(tx, hold.key().team(), hold.budgetKeys(), hold.amount(), NanoUsd.ZERO);
    JdbcWallets.release(tx, hold.key().team(), held(hold).negated());
    holds.insert(tx, hold, now);
    return hold;
  }

  /// What a hold keeps of the wallet.
  private static NanoUsd held(Hold hold) {
    return hold.mode() == BillingMode.WALLET ? hold.amount() : NanoUsd.ZERO;
  }

  private static List<String> flags(Settlement settlement, NanoUsd actual, Hold hold) {
    var flags = new ArrayList<String>();
    if (settlement.usage().isEmpty()) {
      flags.add("usage_missing");
    }
    if (settlement.isEstimated()) {
      flags.add("estimated");
    }
    if (actual.compareTo(hold.amount()) > 0) {
      flags.add("over_hold");
    }
    if (hold.price().isUnknown()) {
      flags.add("unpriced");
    }
    return flags;
  }

  private static Posting chargePosting(
      Hold hold, Settlement settlement, TokenUsage usage, NanoUsd actual, Charge charge) {
    var lines = new ArrayList<Posting.Line>();
    lines.add(new Posting.Line(Posting.Account.WALLET, charge.billed().negated()));
    if (hold.mode() == BillingMode.WALLET) {
      var excess = actual.minus(charge.cost());
      if (excess.nanos() > 0) {
        lines.add(new Posting.Line(Posting.Account.HOUSE, excess.negated()));
      }
      lines.add(new Posting.Line(Posting.Account.REVENUE, actual));
    } else {
      lines.add(new Posting.Line(Posting.Account.BYOK_USAGE, charge.cost()));
      lines.add(new Posting.Line(Posting.Account.BYOK_MEMO, charge.cost().negated()));
    }
    return new Posting(
        "hold/" + hold.id(),
        Posting.Kind.CHARGE,
        Optional.of(
            new Posting.StepContext(
                hold.key(),
                hold.id(),
                hold.eventDay(),
                settlement.purpose(),
                hold.price(),
                settlement.providerRequestId(),
                usage,
                charge.cost(),
                charge.billed(),
                charge.flags())),
        lines);
  }

  private static Posting leakPosting(Hold hold, String purpose) {
    return new Posting(
        "leak/" + hold.id(),
        Posting.Kind.LEAK,
        Optional.of(
            new Posting.StepContext(
                hold.key(),
                hold.id(),
                hold.eventDay(),
                purpose,
                hold.price(),
                Optional.empty(),
                TokenUsage.NONE,
                NanoUsd.ZERO,
                NanoUsd.ZERO,
                List.of("unanswered", "at_most"))),
        List.of(
            new Posting.Line(Posting.Account.WALLET, NanoUsd.ZERO),
            new Posting.Line(Posting.Account.HOUSE, held(hold).negated()),
            new Posting.Line(Posting.Account.REVENUE, held(hold))));
  }
}
