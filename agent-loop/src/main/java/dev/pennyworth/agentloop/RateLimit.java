package dev.pennyworth.agentloop;

/// A limit of events in a minute.
///
/// @param key names the row that counts
/// @param subject what is limited, for people: such as `this bot`
public record RateLimit(String key, String subject, int perMinute) {}
