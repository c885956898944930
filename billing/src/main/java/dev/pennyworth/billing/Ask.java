package dev.pennyworth.billing;

/// How much a step may cost at most, before the gate has looked at what is left.
public sealed interface Ask {

  /// A model call, paid by the token.
  ///
  /// @param inputTokensMax an upper bound that costs nothing to compute
  /// @param inputTokensMaxTight a tighter bound, used only if the first does not fit
  /// @param outputTokensWanted the `max_tokens` that the bot is set to; lowered to what fits
  /// @param canBeCounted whether somebody could be asked for a bound that is tighter still: then,
  ///   if the first does not fit, the gate says so instead of lowering or refusing
  record Tokens(
      long inputTokensMax, long inputTokensMaxTight, long outputTokensWanted, boolean canBeCounted)
      implements Ask {
    public Tokens(long inputTokensMax, long inputTokensMaxTight, long outputTokensWanted) {
      this(inputTokensMax, inputTokensMaxTight, outputTokensWanted, false);
    }

    public Tokens {
      if (inputTokensMax < 0 || outputTokensWanted < 1) {
        throw new IllegalArgumentException("bounds on tokens are positive");
      }
    }
  }

  /// A tool call, whose price is known beforehand.
  record Fixed(NanoUsd amount) implements Ask {
    public Fixed {
      if (amount.isNegative()) {
        throw new IllegalArgumentException("a price is not negative");
      }
    }
  }
}
