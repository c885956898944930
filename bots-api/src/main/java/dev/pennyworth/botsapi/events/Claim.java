package dev.pennyworth.botsapi.events;

import dev.pennyworth.billing.TeamId;
import java.time.Instant;
import java.util.Optional;

/// The right to make one attempt. It ends with the lease; then somebody else may have the next.
///
/// @param endpoint empty for e-mail
/// @param fence grows with every claim: what an outdated claim reports is thrown away
/// @param tries attempts since `begunAt`, this one included
/// @param begunAt when the delivery's schedule began
record Claim(
    TeamId team,
    DeliveryId delivery,
    EventId event,
    Optional<EndpointId> endpoint,
    long fence,
    int tries,
    Instant begunAt) {}
