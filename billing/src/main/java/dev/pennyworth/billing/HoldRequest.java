package dev.pennyworth.billing;

import java.time.ZoneId;

/// What the gate is asked for: room for one attempt of one step.
///
/// @param price the version to pin
/// @param endUser who is being answered: a name for him that cannot be led back to his id
/// @param zone of the bot: its days, weeks and months
public record HoldRequest(
    StepKey key, BillingMode mode, Price price, String endUser, ZoneId zone, Ask ask) {}
