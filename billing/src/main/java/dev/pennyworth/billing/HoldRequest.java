package dev.pennyworth.billing;

import java.time.ZoneId;

/// What the gate is asked for: room for one attempt of one step.
///
/// @param price the version to pin
/// @param endUser who is being answered, as the platform names him
/// @param zone of the bot: its days, weeks and months
/// @param inputTokensMax an upper bound that costs nothing to compute
/// @param inputTokensMaxTight a tighter bound, used only if the first does not fit
/// @param outputTokensWanted the `max_tokens` that the bot is set to; lowered to what fits
public record HoldRequest(
    StepKey key,
    BillingMode mode,
    Price price,
    String endUser,
    ZoneId zone,
    long inputTokensMax,
    long inputTokensMaxTight,
    long outputTokensWanted) {
  public HoldRequest {
    if (inputTokensMax < 0 || outputTokensWanted < 1) {
      throw new IllegalArgumentException("bounds on tokens are positive");
    }
  }
}
