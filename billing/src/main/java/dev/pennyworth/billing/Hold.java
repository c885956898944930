package dev.pennyworth.billing;

import java.time.LocalDate;
import java.util.List;
import java.util.Optional;

/// Money set aside for one attempt of one step. Only the gate makes one, and a model cannot be
/// called without one: that is how the type system keeps an unpaid call from being written.
///
/// All that a step is booked by is pinned here when the hold is made: later changes of price, mode,
/// plan, cap and time zone do not reach it.
public final class Hold {
  private final HoldId id;
  private final StepKey key;
  private final BillingMode mode;
  private final Funding funding;
  private final Optional<PlanShare> plan;
  private final Price price;
  private final NanoUsd amount;
  private final long inputTokensMax;
  private final long outputTokensMax;
  private final List<String> budgetKeys;
  private final LocalDate eventDay;

  Hold(
      StepKey key,
      BillingMode mode,
      Funding funding,
      Optional<PlanShare> plan,
      Price price,
      NanoUsd amount,
      long inputTokensMax,
      long outputTokensMax,
      List<String> budgetKeys,
      LocalDate eventDay) {
    this.id = key.holdId();
    this.key = key;
    this.mode = mode;
    this.funding = funding;
    this.plan = plan;
    this.price = price;
    this.amount = amount;
    this.inputTokensMax = inputTokensMax;
    this.outputTokensMax = outputTokensMax;
    this.budgetKeys = List.copyOf(budgetKeys);
    this.eventDay = eventDay;
  }

  public HoldId id() {
    return id;
  }

  public StepKey key() {
    return key;
  }

  public BillingMode mode() {
    return mode;
  }

  Funding funding() {
    return funding;
  }

  /// Empty unless in mode `plan_quota`.
  Optional<PlanShare> plan() {
    return plan;
  }

  /// Whether the plan's quota was used up, so that the wallet pays.
  boolean isOverage() {
    return plan.isPresent() && funding == Funding.WALLET;
  }

  public Price price() {
    return price;
  }

  public NanoUsd amount() {
    return amount;
  }

  public long inputTokensMax() {
    return inputTokensMax;
  }

  /// The very `max_tokens` to put on the wire.
  public long outputTokensMax() {
    return outputTokensMax;
  }

  /// The budgets that it counts in, sorted.
  List<String> budgetKeys() {
    return budgetKeys;
  }

  /// The bot's local day on which the money was set aside; its charge counts on that day.
  public LocalDate eventDay() {
    return eventDay;
  }
}
