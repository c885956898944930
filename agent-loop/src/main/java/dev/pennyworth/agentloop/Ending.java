package dev.pennyworth.agentloop;

import dev.pennyworth.billing.Refusal;
import java.util.Optional;

/// How a turn ended, or why it waits.
///
/// @param refusal what stopped it, if that was money or a limit
/// @param problem what went wrong, for the bot's owner; never a secret, never a message's text
/// @param need what the step that was stopped asked for; empty if no step was
/// @param said what the end user reads, where it does not follow from the reason
record Ending(
    StopReason reason,
    Optional<Refusal> refusal,
    Optional<String> problem,
    Optional<Need> need,
    Optional<String> said) {
  static Ending of(StopReason reason) {
    return new Ending(
        reason, Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
  }

  static Ending saying(String text) {
    return new Ending(
        StopReason.COMPLETED,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.of(text));
  }

  static Ending refused(Refusal refusal, Need need) {
    return new Ending(
        StopReason.of(refusal),
        Optional.of(refusal),
        Optional.empty(),
        Optional.of(need),
        Optional.empty());
  }

  /// @param what of the step, for the owner
  static Ending awaitingApproval(String what, Need need) {
    return new Ending(
        StopReason.AWAITING_APPROVAL,
        Optional.empty(),
        Optional.of(what),
        Optional.of(need),
        Optional.empty());
  }

  /// A turn that was parked and does not go on.
  ///
  /// @param parkedBy the limit in its way; empty if it waited for the owner
  static Ending expired(Optional<Refusal> parkedBy, String problem) {
    return new Ending(
        parkedBy.map(StopReason::of).orElse(StopReason.AWAITING_APPROVAL),
        parkedBy,
        Optional.of(problem),
        Optional.empty(),
        Optional.empty());
  }

  /// An answer that broke off.
  ///
  /// @param text what came of it
  static Ending cut(String text) {
    return new Ending(
        StopReason.PROVIDER_ERROR,
        Optional.empty(),
        Optional.of("the model's answer broke off"),
        Optional.empty(),
        Optional.of(text).filter(some -> !some.isBlank()));
  }

  static Ending problem(StopReason reason, String problem) {
    return new Ending(
        reason, Optional.empty(), Optional.of(problem), Optional.empty(), Optional.empty());
  }

  /// Whether money, a limit or the owner stands in the way, so that it may go on some time.
  boolean canGoOn() {
    return refusal.isPresent() || reason == StopReason.AWAITING_APPROVAL;
  }
}
