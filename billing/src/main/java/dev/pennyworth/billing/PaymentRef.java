package dev.pennyworth.billing;

import java.util.UUID;

/// Names a payment.
public record PaymentRef(TeamId team, UUID id) {}
