package dev.pennyworth.billing;

import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;

/// One ledger transaction as it stands in the books, seen from the wallet.
///
/// @param seq its place in the team's chain, from 1 without gaps
/// @param kind `free_credit`, `deposit`, `charge` or `leak`
/// @param amount added to the wallet; negative was taken from it
/// @param balanceAfter of the wallet
/// @param hash of this row and, through the previous one's, of all before it
public record LedgerRow(
    long seq,
    TxnId txn,
    String sourceKey,
    Instant at,
    String kind,
    NanoUsd amount,
    NanoUsd balanceAfter,
    Optional<LocalDate> eventDay,
    Optional<BotId> bot,
    Optional<TurnId> turn,
    Optional<Integer> step,
    Optional<HoldId> hold,
    Optional<String> purpose,
    Optional<String> provider,
    Optional<String> model,
    Optional<String> priceId,
    Optional<String> providerRequestId,
    TokenUsage tokens,
    NanoUsd cost,
    NanoUsd billed,
    List<String> flags,
    List<Entry> entries,
    Hash previousHash,
    Hash hash) {
  public LedgerRow {
    flags = List.copyOf(flags);
    entries = List.copyOf(entries);
  }

  /// One line of double entry.
  public record Entry(String account, NanoUsd amount) {}
}
