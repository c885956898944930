package dev.pennyworth.botsapi.accounts;

import java.util.UUID;

/// One sign-in: the family of its refresh tokens.
record SessionId(UUID uuid) {}
