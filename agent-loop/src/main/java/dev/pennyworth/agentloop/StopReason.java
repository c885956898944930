package dev.pennyworth.agentloop;

import dev.pennyworth.billing.Refusal;
import java.util.Arrays;

/// Why a turn ended.
public enum StopReason {
  COMPLETED("completed"),
  MAX_ITERATIONS("max_iterations"),
  TIMEOUT("timeout"),
  MAX_TOKENS("max_tokens"),
  SPENDING_CAP("spending_cap"),
  INSUFFICIENT_BALANCE("insufficient_balance"),
  PLAN_QUOTA("plan_quota"),
  MESSAGE_BUDGET("message_budget"),
  AWAITING_APPROVAL("awaiting_approval"),
  PROVIDER_ERROR("provider_error"),
  NO_PRICE("no_price");

  private final String word;

  StopReason(String word) {
    this.word = word;
  }

  /// The word that HTTP and SQL use.
  public String word() {
    return word;
  }

  /// Whether the bot's owner would call it an error.
  boolean isError() {
    return this == PROVIDER_ERROR || this == TIMEOUT || this == NO_PRICE;
  }

  /// Reads the word that HTTP and SQL use.
  static StopReason ofWord(String word) {
    return Arrays.stream(values()).filter(one -> one.word.equals(word)).findFirst().orElseThrow();
  }

  static StopReason of(Refusal refusal) {
    return switch (refusal.scope()) {
      case BOT_CAP, END_USER, TEAM_LIMIT -> SPENDING_CAP;
      case MESSAGE -> MESSAGE_BUDGET;
      case WALLET -> INSUFFICIENT_BALANCE;
      case PLAN_CREDITS, PLAN_TOKENS, OVERAGE -> PLAN_QUOTA;
    };
  }
}
