package dev.pennyworth.billing;

import java.util.Optional;
import java.util.UUID;

/// One ledger transaction. Written `txn_…` outside.
public record TxnId(UUID uuid) implements Comparable<TxnId> {
  private static final String PREFIX = "txn_";

  /// Reads the written form; empty if the text is not one.
  public static Optional<TxnId> parse(String text) {
    return TypedIds.parse(PREFIX, text).map(TxnId::new);
  }

  @Override
  public int compareTo(TxnId other) {
    return uuid.compareTo(other.uuid);
  }

  @Override
  public String toString() {
    return TypedIds.print(PREFIX, uuid);
  }
}
