package dev.pennyworth.billing;

import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// Decides what fits under all limits of a step at once. Values only: the rows are locked by
/// whoever asks.
final class Headroom {
  /// A reply shorter than this is no use to anybody.
  static final long OUTPUT_TOKENS_MIN = 16;

  private Headroom() {}

  sealed interface Decision {
    /// @param isWhole whether nothing had to be lowered
    record Fits(Way way, NanoUsd amount, long inputTokensMax, long outputTokensMax, boolean isWhole)
        implements Decision {}

    record DoesNotFit(Line line, Refusal refusal) implements Decision {}

    /// It depends on a tighter bound on the input than the request has.
    record CountFirst() implements Decision {}
  }

  /// A limit as it stands: in nano-dollars or in tokens, as its scope counts.
  ///
  /// @param budgetKey of the row behind it; empty for a wallet and a plan
  record Line(
      Refusal.Scope scope,
      Optional<String> budgetKey,
      Optional<String> period,
      long limit,
      long spent,
      long held,
      Optional<Instant> resetsAt) {
    long remaining() {
      return Math.subtractExact(Math.subtractExact(limit, spent), held);
    }
  }

  /// One way of paying for the step, with the limits that apply to it.
  record Way(Funding funding, Optional<Instant> periodStartsAt, List<Line> lines) {
    Way {
      lines = List.copyOf(lines);
    }
  }

  /// The first way in which the whole step fits, or would if its input were counted; if there is
  /// none, the one that leaves most room.
  ///
  /// @param ways at least one, in the order of preference. Their lines stand in the order in which
  ///   they are named to the owner if several bind alike
  static Decision decide(HoldRequest request, List<Way> ways) {
    var decisions = ways.stream().map(way -> decide(request, way)).toList();
    var fits =
        decisions.stream()
            .filter(Decision.Fits.class::isInstance)
            .map(Decision.Fits.class::cast)
            .toList();
    return decisions.stream()
        .filter(Headroom::isPreferred)
        .findFirst()
        .or(() -> fits.stream().max(Comparator.comparingLong(Decision.Fits::outputTokensMax)))
        .orElse(decisions.getLast());
  }

  private static boolean isPreferred(Decision decision) {
    return switch (decision) {
      case Decision.Fits fits -> fits.isWhole();
      case Decision.CountFirst _ -> true;
      case Decision.DoesNotFit _ -> false;
    };
  }

  private static Decision decide(HoldRequest request, Way way) {
    var money = tightest(way, Refusal.Unit.NANO_USD);
    return switch (request.ask()) {
      case Ask.Fixed(var amount) -> fixed(amount, way, money);
      case Ask.Tokens tokens ->
          tokens(request.price(), tokens, way, money, tightest(way, Refusal.Unit.TOKENS));
    };
  }

  private static Optional<Line> tightest(Way way, Refusal.Unit unit) {
    return way.lines().stream()
        .filter(line -> line.scope().unit() == unit)
        .min(Comparator.comparingLong(Line::remaining));
  }

  private static Decision fixed(NanoUsd amount, Way way, Optional<Line> money) {
    if (money.isPresent() && amount.nanos() > money.get().remaining()) {
      return refuse(money.get(), amount.nanos());
    }
    return new Decision.Fits(way, amount, 0, 0, true);
  }

  private static Decision tokens(
      Price price, Ask.Tokens ask, Way way, Optional<Line> money, Optional<Line> tokens) {
    var loose = price.worstCase(ask.inputTokensMax(), ask.outputTokensWanted());
    long looseTokens = Math.addExact(ask.inputTokensMax(), ask.outputTokensWanted());
    if (leaves(money, loose.nanos()) && leaves(tokens, looseTokens)) {
      return new Decision.Fits(way, loose, ask.inputTokensMax(), ask.outputTokensWanted(), true);
    }
    long outputMin = Math.min(OUTPUT_TOKENS_MIN, ask.outputTokensWanted());
    if (ask.canBeCounted() && leavesAnswer(price, money, tokens, outputMin)) {
      return new Decision.CountFirst();
    }
    long input = Math.min(ask.inputTokensMax(), ask.inputTokensMaxTight());
    long outputPaid = money.map(line -> outputTokensWithin(price, line, input)).orElse(NO_BOUND);
    if (outputPaid < outputMin) {
      return refuse(money.orElseThrow(), price.worstCase(input, outputMin).nanos());
    }
    long outputGranted = tokens.map(line -> line.remaining() - input).orElse(NO_BOUND);
    if (outputGranted < outputMin) {
      return refuse(tokens.orElseThrow(), Math.addExact(input, outputMin));
    }
    long output = Math.min(ask.outputTokensWanted(), Math.min(outputPaid, outputGranted));
    return new Decision.Fits(
        way, price.worstCase(input, output), input, output, output == ask.outputTokensWanted());
  }

  /// Whether the shortest answer would fit if the input were next to nothing: if not, no count
  /// helps.
  private static boolean leavesAnswer(
      Price price, Optional<Line> money, Optional<Line> tokens, long outputMin) {
    return leaves(money, price.worstCase(1, outputMin).nanos())
        && leaves(tokens, Math.addExact(1, outputMin));
  }

  private static final long NO_BOUND = Long.MAX_VALUE;

  private static boolean leaves(Optional<Line> line, long needed) {
    return line.isEmpty() || needed <= line.get().remaining();
  }

  /// A limit that was lowered far below what is spent leaves less than nothing.
  private static long outputTokensWithin(Price price, Line line, long inputTokensMax) {
    return line.remaining() < 0
        ? -1
        : price.outputTokensWithin(new NanoUsd(line.remaining()), inputTokensMax);
  }

  private static Decision refuse(Line line, long needed) {
    return new Decision.DoesNotFit(
        line,
        new Refusal(
            line.scope(),
            line.period(),
            line.limit(),
            line.spent(),
            line.held(),
            line.remaining(),
            needed,
            line.resetsAt()));
  }
}
