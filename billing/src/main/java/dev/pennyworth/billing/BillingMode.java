package dev.pennyworth.billing;

import java.util.Optional;

/// Who pays for a bot's model calls.
public enum BillingMode {
  /// The team's wallet, at the operator's pooled key.
  WALLET("wallet"),
  /// The owner, with his own key: nothing is charged, the estimate counts towards caps.
  BYOK("byok"),
  /// The team's plan, at the operator's pooled key; then the wallet, if the plan has overage.
  PLAN_QUOTA("plan_quota");

  private final String word;

  BillingMode(String word) {
    this.word = word;
  }

  public static Optional<BillingMode> parse(String word) {
    for (var mode : values()) {
      if (mode.word.equals(word)) {
        return Optional.of(mode);
      }
    }
    return Optional.empty();
  }

  /// The word that HTTP and SQL use.
  public String word() {
    return word;
  }
}
