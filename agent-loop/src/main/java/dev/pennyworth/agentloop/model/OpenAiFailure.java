package dev.pennyworth.agentloop.model;

import dev.pennyworth.agentloop.HttpPublicOnlyDns.PrivateHostException;
import dev.pennyworth.agentloop.model.ModelReply.Failed;
import dev.pennyworth.agentloop.model.ModelReply.Fault;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.util.Optional;
import java.util.Set;
import javax.net.ssl.SSLException;

/// Tells what went wrong with a call, and whose fault it is.
///
/// Nothing that a provider wrote gets into these texts but words that are known here: error
/// messages, and codes too, may repeat a key or what an end user said.
final class OpenAiFailure {
  private static final Set<String> KNOWN_CODES =
      Set.of(
          "billing_hard_limit_reached",
          "content_policy_violation",
          "context_length_exceeded",
          "insufficient_quota",
          "invalid_api_key",
          "invalid_organization",
          "invalid_request_error",
          "invalid_value",
          "model_decommissioned",
          "model_not_found",
          "rate_limit_exceeded",
          "server_error",
          "string_above_max_length",
          "tool_use_failed",
          "unsupported_parameter",
          "unsupported_value");

  private OpenAiFailure() {}

  static Failed status(String provider, int status, Optional<String> code) {
    boolean isUnavailable = status == 408 || status == 409 || status == 429 || status >= 500;
    String redirect = status >= 300 && status < 400 ? ", a redirect, which is not followed" : "";
    return new Failed(
        isUnavailable ? Fault.UNAVAILABLE : Fault.REFUSED,
        "%s %s the call: HTTP %d%s%s"
            .formatted(
                provider,
                isUnavailable ? "could not take" : "refused",
                status,
                known(code),
                redirect));
  }

  private static String known(Optional<String> code) {
    return code.filter(KNOWN_CODES::contains).map(word -> " (" + word + ")").orElse("");
  }

  /// An error instead of an answer, in a stream that began with a success.
  static Failed brokenOff(String provider, Optional<String> code) {
    return new Failed(
        Fault.UNAVAILABLE, provider + " sent an error instead of an answer" + known(code));
  }

  static Failed unusable(String provider) {
    return new Failed(
        Fault.UNANSWERED, provider + " answered with a body that is not a chat completion");
  }

  /// @param isWritten whether the provider may have seen the request
  static Failed silence(String provider, IOException cause, boolean isWritten) {
    if (cause instanceof PrivateHostException) {
      return new Failed(
          Fault.REFUSED,
          provider
              + " was not called: base_url leads to a private address, which needs"
              + " PENNYWORTH_ALLOW_PRIVATE_NETWORKS=true");
    }
    String reason = reason(cause);
    return isWritten
        ? new Failed(Fault.UNANSWERED, provider + " did not finish its answer: " + reason)
        : new Failed(Fault.UNAVAILABLE, provider + " could not be reached: " + reason);
  }

  private static String reason(IOException cause) {
    return switch (cause) {
      case UnknownHostException _ -> "the host's name is not known";
      case ConnectException _ -> "the connection was refused";
      case SSLException _ -> "TLS failed";
      case InterruptedIOException _ -> "time ran out"; // SocketTimeoutException is one
      default -> "the connection was cut";
    };
  }
}
