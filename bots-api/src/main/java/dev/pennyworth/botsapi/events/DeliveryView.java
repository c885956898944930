package dev.pennyworth.botsapi.events;

import java.time.Instant;
import java.util.Optional;

/// A delivery as its owner sees it.
///
/// @param state `pending`, `delivered` or `failed`
/// @param attempts all that were made, one that is under way included
/// @param responseStatus of the last attempt; empty where nobody answered
/// @param error of the last attempt, in a sentence; empty if it went well
/// @param nextAttemptAt empty once delivered or failed
public record DeliveryView(
    DeliveryId id,
    EventId eventId,
    String eventType,
    String state,
    int attempts,
    Optional<Integer> responseStatus,
    Optional<String> error,
    Optional<Instant> nextAttemptAt,
    Optional<Instant> lastAttemptAt,
    Optional<Long> latencyMs,
    Instant createdAt) {}
