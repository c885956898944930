package dev.pennyworth.agentloop;

import dev.pennyworth.billing.NanoUsd;
import dev.pennyworth.billing.Price;
import dev.pennyworth.billing.Trial;

/// What answering a message could cost now, by the computation that the gate reserves with.
///
/// @param inputTokens by our own count
/// @param inputTokensMax the bound that the gate prices first
/// @param outputTokensMax the bot's `max_tokens_per_turn`
/// @param stepsMax model calls that the turn may make: one without tools
/// @param turnWorstCase of all these calls, each reading what the ones before wrote and one tool
///   result of the greatest length
/// @param trial what the gate would answer to the first step
public record Quote(
    Price price,
    long inputTokens,
    long inputTokensMax,
    long outputTokensMax,
    int stepsMax,
    NanoUsd turnWorstCase,
    Trial trial) {

  /// What the first step costs at most, before any limit lowers it.
  public NanoUsd stepWorstCase() {
    return price.worstCase(inputTokensMax, outputTokensMax);
  }

  /// Nothing can be quoted, because nothing could be called.
  public static final class Impossible extends Exception {
    private static final long serialVersionUID = 1;

    private final StopReason reason;

    Impossible(StopReason reason, String why) {
      super(why);
      this.reason = reason;
    }

    /// How a turn would end.
    public StopReason reason() {
      return reason;
    }
  }
}
