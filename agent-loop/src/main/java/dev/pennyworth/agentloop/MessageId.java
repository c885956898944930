package dev.pennyworth.agentloop;

import dev.pennyworth.billing.TypedIds;
import java.util.Optional;
import java.util.UUID;

/// One inbound or outbound text. Written `msg_…` outside.
public record MessageId(UUID uuid) {
  private static final String PREFIX = "msg_";

  /// Reads the written form; empty if the text is not one.
  public static Optional<MessageId> parse(String text) {
    return TypedIds.parse(PREFIX, text).map(MessageId::new);
  }

  @Override
  public String toString() {
    return TypedIds.print(PREFIX, uuid);
  }
}
