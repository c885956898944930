package dev.pennyworth.billing;

import java.util.Map;
import java.util.Optional;

/// The outcome of recomputing a team's books.
///
/// @param checked how many of each thing were recomputed, in the order of checking
/// @param firstMismatch empty if everything agrees
public record Proof(Map<String, Long> checked, Optional<Mismatch> firstMismatch) {
  public boolean isOk() {
    return firstMismatch.isEmpty();
  }

  /// Where the books disagree.
  ///
  /// @param what the figure, such as `wallet.balance`
  /// @param row names the row that disagrees
  /// @param stated what stands there
  /// @param recomputed what should
  public record Mismatch(String what, String row, String stated, String recomputed) {}
}
