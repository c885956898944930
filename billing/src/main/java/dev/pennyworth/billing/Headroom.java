package dev.pennyworth.billing;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/// Decides, from what the locked limits say, how much a step may set aside. Pure.
final class Headroom {
  /// A call that cannot even say this much is not worth making.
  static final long OUTPUT_TOKENS_MIN = 16;

  private Headroom() {}

  /// What was decided.
  sealed interface Decision {
    record Fits(NanoUsd amount, long inputTokensMax, long outputTokensMax) implements Decision {}

    record DoesNotFit(Refusal refusal) implements Decision {}
  }

  /// One limit that applies, with what is left of it.
  private record Line(
      Refusal.Scope scope,
      Optional<String> period,
      NanoUsd limit,
      NanoUsd spent,
      NanoUsd held,
      NanoUsd remaining,
      Optional<Instant> resetsAt) {}

  /// @param budgets locked, in the order in which they are named to the owner if several bind alike
  /// @param wallet locked; empty if this step takes nothing from the wallet
  static Decision decide(
      HoldRequest request, List<BudgetState> budgets, Optional<WalletState> wallet) {
    var tightest = tightest(budgets, wallet);
    var price = request.price();
    var loose = price.worstCase(request.inputTokensMax(), request.outputTokensWanted());
    if (tightest.isEmpty() || loose.compareTo(tightest.get().remaining()) <= 0) {
      return new Decision.Fits(loose, request.inputTokensMax(), request.outputTokensWanted());
    }
    var line = tightest.get();
    long inputTokensMax = Math.min(request.inputTokensMax(), request.inputTokensMaxTight());
    // A limit that was lowered far below what is spent leaves less than nothing.
    long outputTokensMax =
        line.remaining().isNegative()
            ? -1
            : Math.min(
                request.outputTokensWanted(),
                price.outputTokensWithin(line.remaining(), inputTokensMax));
    long outputTokensMin = Math.min(OUTPUT_TOKENS_MIN, request.outputTokensWanted());
    if (outputTokensMax < outputTokensMin) {
      return new Decision.DoesNotFit(
          refusal(line, price.worstCase(inputTokensMax, outputTokensMin)));
    }
    return new Decision.Fits(
        price.worstCase(inputTokensMax, outputTokensMax), inputTokensMax, outputTokensMax);
  }

  private static Optional<Line> tightest(List<BudgetState> budgets, Optional<WalletState> wallet) {
    var lines =
        budgets.stream()
            .flatMap(budget -> budget.limit().map(limit -> line(budget, limit)).stream())
            .collect(Collectors.toCollection(ArrayList::new));
    wallet.map(Headroom::line).ifPresent(lines::add);
    return lines.stream().min(Comparator.comparing(Line::remaining));
  }

  private static Line line(BudgetState budget, NanoUsd limit) {
    boolean isCap = budget.kind().scope() == Refusal.Scope.BOT_CAP;
    return new Line(
        budget.kind().scope(),
        isCap ? Optional.of(budget.kind().word()) : Optional.empty(),
        limit,
        budget.spent(),
        budget.held(),
        limit.minus(budget.spent()).minus(budget.held()),
        budget.resetsAt());
  }

  private static Line line(WalletState wallet) {
    return new Line(
        Refusal.Scope.WALLET,
        Optional.empty(),
        wallet.balance().plus(wallet.spent()),
        wallet.spent(),
        wallet.held(),
        wallet.available(),
        Optional.empty());
  }

  private static Refusal refusal(Line line, NanoUsd needed) {
    return new Refusal(
        line.scope(),
        line.period(),
        line.limit(),
        line.spent(),
        line.held(),
        line.remaining(),
        needed,
        line.resetsAt());
  }
}
