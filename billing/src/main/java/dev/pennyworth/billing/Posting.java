package dev.pennyworth.billing;

import java.time.LocalDate;
import java.util.ArrayList;
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

  /// What a settled hold is charged, and to whom.
  static Posting ofCharge(Resolution.Settle settle, Charge charge) {
    var hold = settle.hold();
    var lines = new ArrayList<Line>();
    lines.add(new Line(Account.WALLET, charge.billed().negated()));
    switch (hold.funding()) {
      case WALLET -> lines.add(new Line(Account.REVENUE, charge.cost()));
      case OWN_KEY -> addPair(lines, Account.BYOK_USAGE, Account.BYOK_MEMO, charge.cost());
      case PLAN -> addPair(lines, Account.PLAN_USAGE, Account.PLAN_MEMO, charge.cost());
    }
    var excess = settle.asked().minus(charge.cost());
    if (excess.nanos() > 0 && hold.funding() != Funding.OWN_KEY) {
      addPair(lines, Account.REVENUE, Account.HOUSE, excess);
    }
    return new Posting(
        "hold/" + hold.id(),
        Kind.CHARGE,
        Optional.of(
            new StepContext(
                hold.key(),
                hold.id(),
                hold.eventDay(),
                settle.settlement().purpose(),
                hold.price(),
                settle.settlement().providerRequestId(),
                settle.usage(),
                charge.cost(),
                charge.billed(),
                charge.flags())),
        lines);
  }

  /// What the house may lose by a call that was never answered.
  static Posting ofLeak(Hold hold, String purpose, String flag) {
    var atMost = hold.funding() == Funding.OWN_KEY ? NanoUsd.ZERO : hold.amount();
    var lines = new ArrayList<Line>();
    lines.add(new Line(Account.WALLET, NanoUsd.ZERO));
    addPair(lines, Account.REVENUE, Account.HOUSE, atMost);
    return new Posting(
        "leak/" + hold.id(),
        Kind.LEAK,
        Optional.of(
            new StepContext(
                hold.key(),
                hold.id(),
                hold.eventDay(),
                purpose,
                hold.price(),
                Optional.empty(),
                TokenUsage.NONE,
                NanoUsd.ZERO,
                NanoUsd.ZERO,
                List.of(flag, "at_most"))),
        lines);
  }

  private static void addPair(List<Line> lines, Account plus, Account minus, NanoUsd amount) {
    lines.add(new Line(plus, amount));
    lines.add(new Line(minus, amount.negated()));
  }

  enum Kind {
    FREE_CREDIT("free_credit"),
    DEPOSIT("deposit"),
    CHARGE("charge"),
    LEAK("leak"),
    REFUND("refund"),
    DISPUTE("dispute"),
    DISPUTE_WON("dispute_won"),
    PLAN_FEE("plan_fee");

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
    BYOK_MEMO("byok_memo"),
    PLAN_USAGE("plan_usage"),
    PLAN_MEMO("plan_memo");

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

  /// What it adds to all that the wallet ever paid.
  NanoUsd spending() {
    return kind == Kind.CHARGE || kind == Kind.PLAN_FEE ? walletDelta().negated() : NanoUsd.ZERO;
  }

  /// What it does to the wallet.
  NanoUsd walletDelta() {
    return lines.stream()
        .filter(line -> line.account() == Account.WALLET)
        .map(Line::amount)
        .reduce(NanoUsd.ZERO, NanoUsd::plus);
  }
}
