package dev.pennyworth.billing;

import java.time.ZoneId;

/// What the gate is asked for: room for one attempt of one step.
///
/// @param price the version to pin
/// @param endUser who is being answered: a name for him that cannot be led back to his id
/// @param zone of the bot: its days, weeks and months
public record HoldRequest(
    StepKey key, BillingMode mode, Price price, String endUser, ZoneId zone, Ask ask) {

  /// The same, to be decided by what is known of it now.
  HoldRequest asItIs() {
    return ask instanceof Ask.Tokens(var input, var tight, var output, var canBeCounted)
            && canBeCounted
        ? new HoldRequest(key, mode, price, endUser, zone, new Ask.Tokens(input, tight, output))
        : this;
  }
}
