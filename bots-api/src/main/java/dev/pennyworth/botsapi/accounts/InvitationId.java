package dev.pennyworth.botsapi.accounts;

import dev.pennyworth.billing.TypedIds;
import java.util.Optional;
import java.util.UUID;

/// An invitation to a team. Written `inv_…` outside.
record InvitationId(UUID uuid) {
  private static final String PREFIX = "inv_";

  /// Reads the written form; empty if the text is not one.
  static Optional<InvitationId> parse(String text) {
    return TypedIds.parse(PREFIX, text).map(InvitationId::new);
  }

  @Override
  public String toString() {
    return TypedIds.print(PREFIX, uuid);
  }
}
