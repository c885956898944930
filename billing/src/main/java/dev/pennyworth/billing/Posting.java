package dev.pennyworth.billing;

import java.time.LocalDate;
import java.util.List;
import java.util.Optional;

/// A ledger transaction before it has its place in the chain.
///
/// @param sourceKey names the business event: a second posting of it meets a unique key
/// @param context of a step; empty for money in
/// @param lines of double entry: their amounts add up to zero
/// @param flags of a posting without a step; a step's stand in its context
record Posting(
    String sourceKey,
    Kind kind,
    Optional<StepContext> context,
    List<Line> lines,
    List<String> flags) {

  Posting(String sourceKey, Kind kind, Optional<StepContext> context, List<Line> lines) {
    this(sourceKey, kind, context, lines, List.of());
  }

  Posting {
    lines = List.copyOf(lines);
    flags = List.copyOf(flags);
    if (lines.stream().map(Line::amount).reduce(NanoUsd.ZERO, NanoUsd::plus).nanos() != 0) {
      throw new IllegalArgumentException("the lines of " + sourceKey + " do not add up to zero");
    }
  }

  enum Kind {
    FREE_CREDIT("free_credit"),
    DEPOSIT("deposit"),
    CHARGE("charge"),
    LEAK("leak"),
    REFUND("refund"),
    DISPUTE("dispute"),
    DISPUTE_WON("dispute_won");

    private final String word;

    Kind(String word) {
      this.word = word;
    }

    String word() {
      return word;
    }
  }

  enum Account {
    WALLET("wallet"),
    REVENUE("revenue"),
    HOUSE("house"),
    CASH("cash"),
    PROMOTION("promotion"),
    BYOK_USAGE("byok_usage"),
    BYOK_MEMO("byok_memo");

    private final String word;

    Account(String word) {
      this.word = word;
    }

    String word() {
      return word;
    }
  }

  /// @param amount added to the account's balance; negative takes away
  record Line(Account account, NanoUsd amount) {}

  /// What a posting says about the step behind it.
  record StepContext(
      StepKey key,
      HoldId hold,
      LocalDate eventDay,
      String purpose,
      Price price,
      Optional<String> providerRequestId,
      TokenUsage usage,
      NanoUsd cost,
      NanoUsd billed,
      List<String> flags) {
    StepContext {
      flags = List.copyOf(flags);
    }
  }

  /// What it does to the wallet.
  NanoUsd walletDelta() {
    return lines.stream()
        .filter(line -> line.account() == Account.WALLET)
        .map(Line::amount)
        .reduce(NanoUsd.ZERO, NanoUsd::plus);
  }
}
