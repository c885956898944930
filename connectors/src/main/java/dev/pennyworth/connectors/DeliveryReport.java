package dev.pennyworth.connectors;

import dev.pennyworth.billing.TurnId;
import java.util.Optional;

/// What a platform tells of a reply after it took it.
///
/// @param turn that ended with the reply, if the platform gave back what was sent along
/// @param messageId as the platform names the part
/// @param endUserId to whom it went
/// @param error for the owner; empty unless it failed
public record DeliveryReport(
    Optional<TurnId> turn,
    String messageId,
    String endUserId,
    Status status,
    Optional<String> error) {

  /// How far a reply has come. Platforms do not keep to the order; what is noted never goes back.
  public enum Status {
    SENT("sent"),
    DELIVERED("delivered"),
    READ("read"),
    /// One of its parts will never arrive.
    FAILED("failed");

    private final String word;

    Status(String word) {
      this.word = word;
    }

    /// As it is stored.
    public String word() {
      return word;
    }
  }
}
