package dev.pennyworth.agentloop;

import dev.pennyworth.billing.TypedIds;
import java.util.Optional;
import java.util.UUID;

/// What one end user and one bot say to each other, until it goes quiet. Written `bconv_…` outside.
public record ConversationId(UUID uuid) {
  private static final String PREFIX = "bconv_";

  /// Reads the written form; empty if the text is not one.
  public static Optional<ConversationId> parse(String text) {
    return TypedIds.parse(PREFIX, text).map(ConversationId::new);
  }

  @Override
  public String toString() {
    return TypedIds.print(PREFIX, uuid);
  }
}
