package dev.pennyworth.billing;

import java.util.Optional;

/// How a held step ended, as the provider told it.
///
/// @param usage what the provider reported, or an estimate of it; empty if a success came without,
///   and for tools, whose price is their hold
/// @param isEstimated whether the usage is our own count, because the provider's never came
/// @param purpose `answer` or `summary`
/// @param providerRequestId the provider's own id of the call, where it gave one
public record Settlement(
    Optional<TokenUsage> usage,
    boolean isEstimated,
    String purpose,
    Optional<String> providerRequestId) {

  /// Of a tool that did what it is paid for.
  public static Settlement ofTool(String purpose) {
    return new Settlement(Optional.empty(), false, purpose, Optional.empty());
  }
}
