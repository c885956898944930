package dev.pennyworth.agentloop;

/// Somebody else has claimed the conversation since: whatever was about to be written must not be.
final class ClaimLost extends RuntimeException {
  private static final long serialVersionUID = 1;

  ClaimLost(Claim claim) {
    super("claim " + claim.fence() + " on " + claim.conversation() + " was lost");
  }
}
