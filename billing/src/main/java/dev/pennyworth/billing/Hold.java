package dev.pennyworth.billing;

import java.time.LocalDate;
import java.util.List;

/// Money set aside for one attempt of one step. Only the gate makes one, and a model cannot be
/// called without one: that is how the type system keeps an unpaid call from being written.
public final class Hold {
  private final StepKey key;
  private final BillingMode mode;
  private final Price price;
  private final NanoUsd amount;
  private final long inputTokensMax;
  private final long outputTokensMax;
  private final List<String> budgetKeys;
  private final LocalDate eventDay;

  Hold(
      StepKey key,
      BillingMode mode,
      Price price,
      NanoUsd amount,
      long inputTokensMax,
      long outputTokensMax,
      List<String> budgetKeys,
      LocalDate eventDay) {
    this.key = key;
    this.mode = mode;
    this.price = price;
    this.amount = amount;
    this.inputTokensMax = inputTokensMax;
    this.outputTokensMax = outputTokensMax;
    this.budgetKeys = List.copyOf(budgetKeys);
    this.eventDay = eventDay;
  }

  public HoldId id() {
    return key.holdId();
  }

  public StepKey key() {
    return key;
  }

  public BillingMode mode() {
    return mode;
  }

  /// Pinned when the hold was made: a later price change does not reach it.
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
