package dev.pennyworth.agentloop.model;

import dev.pennyworth.agentloop.model.ModelReply.Failed;
import dev.pennyworth.agentloop.model.ModelReply.Fault;
import java.util.Optional;
import java.util.Set;

/// Tells what went wrong with a call, and whose fault it is.
///
/// Nothing that the provider wrote gets into these texts but words that are known here: error
/// messages may repeat a key or what an end user said.
final class AnthropicFailure {
  private static final Set<String> OF_THE_PROVIDER =
      Set.of("api_error", "overloaded_error", "rate_limit_error", "timeout_error");
  private static final Set<String> OF_THE_REQUEST =
      Set.of(
          "authentication_error",
          "billing_error",
          "invalid_request_error",
          "not_found_error",
          "permission_error",
          "request_too_large");

  private AnthropicFailure() {}

  /// @param type the provider's word for the error
  static Failed status(int status, Optional<String> type) {
    boolean isUnavailable = status == 408 || status == 409 || status == 429 || status >= 500;
    String redirect = status >= 300 && status < 400 ? ", a redirect, which is not followed" : "";
    return new Failed(
        isUnavailable ? Fault.UNAVAILABLE : Fault.REFUSED,
        "anthropic %s the call: HTTP %d%s%s"
            .formatted(
                isUnavailable ? "could not take" : "refused", status, known(type), redirect));
  }

  /// An error in a stream that had said nothing yet: the status had been sent already.
  static Failed instead(String type) {
    boolean isRefused = OF_THE_REQUEST.contains(type);
    return new Failed(
        isRefused ? Fault.REFUSED : Fault.UNAVAILABLE,
        "anthropic %s the call%s"
            .formatted(isRefused ? "refused" : "could not take", known(Optional.of(type))));
  }

  static Failed unusable() {
    return new Failed(Fault.UNANSWERED, "anthropic answered with a body that is not a message");
  }

  private static String known(Optional<String> type) {
    return type.filter(word -> OF_THE_PROVIDER.contains(word) || OF_THE_REQUEST.contains(word))
        .map(word -> " (" + word + ")")
        .orElse("");
  }
}
