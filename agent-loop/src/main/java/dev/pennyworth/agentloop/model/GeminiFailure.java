package dev.pennyworth.agentloop.model;

import dev.pennyworth.agentloop.model.ModelReply.Failed;
import dev.pennyworth.agentloop.model.ModelReply.Fault;
import java.io.IOException;
import java.util.Set;

/// Tells what went wrong with a call of Gemini, and whose fault it is. Nothing that the provider
/// wrote gets into these texts but words that are known here.
final class GeminiFailure {
  private static final String NAME = "gemini";
  private static final Set<String> KNOWN_WORDS =
      Set.of(
          "ABORTED",
          "ALREADY_EXISTS",
          "CANCELLED",
          "DEADLINE_EXCEEDED",
          "FAILED_PRECONDITION",
          "INTERNAL",
          "INVALID_ARGUMENT",
          "NOT_FOUND",
          "OUT_OF_RANGE",
          "PERMISSION_DENIED",
          "RESOURCE_EXHAUSTED",
          "UNAUTHENTICATED",
          "UNAVAILABLE",
          "UNIMPLEMENTED");

  private GeminiFailure() {}

  static Failed status(int status, String word) {
    boolean isUnavailable = status == 408 || status == 409 || status == 429 || status >= 500;
    String redirect = status >= 300 && status < 400 ? ", a redirect, which is not followed" : "";
    return new Failed(
        isUnavailable ? Fault.UNAVAILABLE : Fault.REFUSED,
        "%s %s the call: HTTP %d%s%s"
            .formatted(
                NAME, isUnavailable ? "could not take" : "refused", status, known(word), redirect));
  }

  /// An error instead of an answer, in a stream that began with a success.
  static Failed brokenOff(String word) {
    return new Failed(
        Fault.UNAVAILABLE, NAME + " sent an error instead of an answer" + known(word));
  }

  static Failed unusable() {
    return new Failed(
        Fault.UNANSWERED, NAME + " answered with a body that is no generated content");
  }

  static Failed promptRefused() {
    return new Failed(Fault.REFUSED, NAME + " refused the prompt by its content");
  }

  /// @param isWritten whether the provider may have seen the request
  static Failed silence(IOException cause, boolean isWritten) {
    return OpenAiFailure.silence(NAME, cause, isWritten);
  }

  private static String known(String word) {
    return KNOWN_WORDS.contains(word) ? " (" + word + ")" : "";
  }
}
