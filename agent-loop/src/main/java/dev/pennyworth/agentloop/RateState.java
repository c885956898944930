package dev.pennyworth.agentloop;

import java.time.Instant;

/// What a rate limit says after one more event.
///
/// @param subject what is limited, for people: such as `this bot`
/// @param limit events in a minute
/// @param remaining events left in the running minute
/// @param resetsAt when the running minute ends
public record RateState(
    boolean isAllowed, String subject, int limit, int remaining, Instant resetsAt) {}
