package dev.pennyworth.billing;

import java.util.Optional;

/// Walks a team's ledger from its first row and remembers the first that breaks the chain.
final class ChainProof {
  private long rows;
  private Hash hash = Hash.NONE;
  private NanoUsd balance = NanoUsd.ZERO;
  private Optional<Proof.Mismatch> firstMismatch = Optional.empty();

  void add(LedgerRow row) {
    rows++;
    balance = balance.plus(row.amount());
    compare("ledger.seq", row, row.seq(), rows);
    compare("ledger.previous_hash", row, row.previousHash().hex(), hash.hex());
    compare("ledger.hash", row, row.hash().hex(), Hash.ofRow(row).hex());
    compare("ledger.balance_after", row, row.balanceAfter().nanos(), balance.nanos());
    compare("ledger.entries", row, sum(row).nanos(), 0L);
    hash = row.hash();
  }

  long rows() {
    return rows;
  }

  Optional<Proof.Mismatch> firstMismatch() {
    return firstMismatch;
  }

  /// The newest row is where the wallet says that the chain ends: a cut-off tail shows here.
  Optional<Proof.Mismatch> compareHead(long seq, Hash head) {
    if (seq == rows && head.equals(hash)) {
      return Optional.empty();
    }
    return Optional.of(
        new Proof.Mismatch(
            "wallet.ledger_head", "wallet", seq + " " + head.hex(), rows + " " + hash.hex()));
  }

  private void compare(String what, LedgerRow row, Object stated, Object recomputed) {
    if (firstMismatch.isEmpty() && !stated.equals(recomputed)) {
      firstMismatch =
          Optional.of(
              new Proof.Mismatch(
                  what, row.txn().toString(), stated.toString(), recomputed.toString()));
    }
  }

  private static NanoUsd sum(LedgerRow row) {
    return row.entries().stream().map(LedgerRow.Entry::amount).reduce(NanoUsd.ZERO, NanoUsd::plus);
  }
}
