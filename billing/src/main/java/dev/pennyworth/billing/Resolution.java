package dev.pennyworth.billing;

import java.util.ArrayList;
import java.util.List;

/// How a hold ends. Exactly one of these happens to each.
public sealed interface Resolution {
  Hold hold();

  /// The step was done: its cost is charged, the rest is freed.
  record Settle(Hold hold, Settlement settlement) implements Resolution {

    /// What is booked for it. Depends on nothing but the hold and what the provider told.
    Charge charge() {
      var cost = asked().min(hold.amount());
      var billed = hold.funding() == Funding.WALLET ? cost : NanoUsd.ZERO;
      return new Charge(cost, billed, flags());
    }

    /// What the provider asks, the hold or not.
    NanoUsd asked() {
      return settlement.usage().map(hold.price()::cost).orElse(hold.amount());
    }

    TokenUsage usage() {
      return settlement.usage().orElse(TokenUsage.NONE);
    }

    private List<String> flags() {
      var flags = new ArrayList<String>();
      if (settlement.usage().isEmpty() && !hold.price().isOfTool()) {
        flags.add("usage_missing");
      }
      if (settlement.isEstimated()) {
        flags.add("estimated");
      }
      if (asked().compareTo(hold.amount()) > 0) {
        flags.add("over_hold");
      }
      if (hold.price().isUnknown()) {
        flags.add("unpriced");
      }
      if (hold.isOverage()) {
        flags.add("overage");
      }
      return flags;
    }
  }

  /// The step used nothing: the hold is freed.
  record VoidHold(Hold hold) implements Resolution {}

  /// The step was tried and never answered: the hold is freed, and the most that the provider can
  /// ask for it is written to the house's account.
  record Lose(Hold hold, String purpose) implements Resolution {}

  /// Nobody resolved the hold in time: as if its step had been lost.
  record Expire(Hold hold) implements Resolution {}
}
