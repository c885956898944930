package dev.pennyworth.botsapi.dashboard;

import dev.pennyworth.botsapi.money.BalanceController;
import dev.pennyworth.botsapi.money.BillingController;
import dev.pennyworth.botsapi.money.BillingViews;
import java.util.List;
import java.util.Optional;

/// The wallet, the plan and the team's limits, with their forms.
///
/// @param isSandbox whether deposits are paid with no real money
/// @param planRefused why a plan could not be begun
public record BillingPage(
    BalanceController.Balance balance,
    BillingViews.Billing billing,
    List<BillingController.Offer> offers,
    boolean isSandbox,
    Form deposit,
    Form autoReload,
    Form limits,
    Optional<PlanRefused> planRefused) {
  public BillingPage {
    offers = List.copyOf(offers);
  }

  /// A plan that the wallet cannot pay.
  ///
  /// @param topUp dollars to put in, as the form for deposits takes them; empty if another reason
  public record PlanRefused(String sentence, Optional<String> topUp) {}

  BillingPage withDeposit(Form deposit) {
    return new BillingPage(
        balance, billing, offers, isSandbox, deposit, autoReload, limits, planRefused);
  }

  BillingPage withAutoReload(Form autoReload) {
    return new BillingPage(
        balance, billing, offers, isSandbox, deposit, autoReload, limits, planRefused);
  }

  BillingPage withLimits(Form limits) {
    return new BillingPage(
        balance, billing, offers, isSandbox, deposit, autoReload, limits, planRefused);
  }

  BillingPage withPlanRefused(PlanRefused refused) {
    return new BillingPage(
        balance, billing, offers, isSandbox, deposit, autoReload, limits, Optional.of(refused));
  }

  /// The plan that the team is on.
  public BillingController.Offer plan() {
    return offer(billing.plan());
  }

  /// The plan that follows, if another one does.
  public Optional<BillingController.Offer> nextPlan() {
    return billing.nextPlan().equals(billing.plan())
        ? Optional.empty()
        : Optional.of(offer(billing.nextPlan()));
  }

  private BillingController.Offer offer(String id) {
    return offers.stream().filter(it -> it.id().equals(id)).findFirst().orElseThrow();
  }
}
