package dev.pennyworth.botsapi.audit;

import dev.pennyworth.billing.TypedIds;
import java.util.Optional;
import java.util.UUID;

/// An entry of the audit log. Written `audit_…` outside.
public record AuditId(UUID uuid) {
  private static final String PREFIX = "audit_";

  /// Reads the written form; empty if the text is not one.
  public static Optional<AuditId> parse(String text) {
    return TypedIds.parse(PREFIX, text).map(AuditId::new);
  }

  @Override
  public String toString() {
    return TypedIds.print(PREFIX, uuid);
  }
}
