package dev.pennyworth.billing;

import java.time.Instant;

/// What a hold in mode `plan_quota` has to do with the plan's period.
///
/// @param periodStartsAt names the period: a later change of plan does not reach this hold
/// @param tokens set aside of the period's tokens; none if the step goes on as overage
record PlanShare(Instant periodStartsAt, long tokens) {}
