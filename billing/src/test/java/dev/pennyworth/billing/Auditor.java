package dev.pennyworth.billing;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// Keeps the books of one team a second time, in the simplest way that comes to mind, from nothing
/// but what was asked of the gate. It shares no code with it: whatever the two disagree on is a
/// bug.
///
/// One bot in modes `wallet`, `byok` and `plan_quota` on the free plan; all amounts in
/// nano-dollars.
final class Auditor {
  private static final long FREE_CREDITS = 5_000_000_000L;

  private final Map<HoldId, Open> open = new HashMap<>();
  private long balance;
  private long spent;
  private long billed;
  private long creditsSpent;
  private long house;
  private Optional<Long> cap = Optional.empty();
  private Optional<Long> month = Optional.empty();

  private record Open(BillingMode mode, long amount) {}

  Auditor(long balance) {
    this.balance = balance;
  }

  void setCap(Optional<Long> nanos) {
    cap = nanos;
  }

  void setMonth(Optional<Long> nanos) {
    month = nanos;
  }

  void deposit(long nanos) {
    balance += nanos;
  }

  /// Whether a step of a known price must be let through.
  boolean fits(BillingMode mode, long amount) {
    long held = held();
    boolean isWithinCap = cap.map(limit -> spent + held + amount <= limit).orElse(true);
    boolean isWithinMonth = month.map(limit -> spent + held + amount <= limit).orElse(true);
    boolean isPaid =
        switch (mode) {
          case WALLET -> held(BillingMode.WALLET) + amount <= balance;
          case BYOK -> true;
          case PLAN_QUOTA -> creditsSpent + held(BillingMode.PLAN_QUOTA) + amount <= FREE_CREDITS;
        };
    return isWithinCap && isWithinMonth && isPaid;
  }

  void held(Hold hold) {
    open.put(hold.id(), new Open(hold.mode(), hold.amount().nanos()));
  }

  /// The step was done and the provider asks this much.
  ///
  /// @return what it must cost; empty if the hold is not open
  Optional<Long> settled(HoldId id, long asked) {
    return closed(id)
        .map(hold -> {
          long cost = Math.min(asked, hold.amount());
          spent += cost;
          switch (hold.mode()) {
            case WALLET -> {
              balance -= cost;
              billed += cost;
            }
            case PLAN_QUOTA -> creditsSpent += cost;
            case BYOK -> {}
          }
          house -= hold.mode() == BillingMode.BYOK ? 0 : asked - cost;
          return cost;
        });
  }

  /// @return whether the hold was open
  boolean freed(HoldId id) {
    return closed(id).isPresent();
  }

  /// @return whether the hold was open
  boolean lost(HoldId id) {
    var hold = closed(id);
    hold.filter(one -> one.mode() != BillingMode.BYOK).ifPresent(one -> house -= one.amount());
    return hold.isPresent();
  }

  boolean isOpen(HoldId id) {
    return open.containsKey(id);
  }

  private Optional<Open> closed(HoldId id) {
    return Optional.ofNullable(open.remove(id));
  }

  private long held() {
    return open.values().stream().mapToLong(Open::amount).sum();
  }

  private long held(BillingMode mode) {
    return open.values().stream().filter(hold -> hold.mode() == mode).mapToLong(Open::amount).sum();
  }

  /// What the books must say.
  Figures figures() {
    return new Figures(
        balance,
        held(BillingMode.WALLET),
        billed,
        spent,
        held(),
        creditsSpent,
        held(BillingMode.PLAN_QUOTA),
        house);
  }

  /// @param spent of the bot's lifetime and of the team's month alike
  /// @param held of the bot's lifetime and of the team's month alike
  record Figures(
      long balance,
      long walletHeld,
      long billed,
      long spent,
      long held,
      long creditsSpent,
      long creditsHeld,
      long house) {}
}
