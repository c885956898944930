package dev.pennyworth.agentloop.model;

import dev.pennyworth.billing.TokenUsage;
import java.util.List;
import java.util.Optional;

/// How a model call ended.
public sealed interface ModelReply {
  /// The model answered.
  ///
  /// @param usage in disjoint buckets; empty if the provider sent none
  /// @param isEstimated whether the usage is our own count
  /// @param providerRequestId the provider's own id of the call, where it gave one
  /// @param rawUsageJson the usage as the provider sent it
  record Answered(
      String text,
      List<ToolCall> toolCalls,
      Finish finish,
      Optional<TokenUsage> usage,
      boolean isEstimated,
      Optional<String> providerRequestId,
      Optional<String> rawUsageJson)
      implements ModelReply {
    public Answered {
      toolCalls = List.copyOf(toolCalls);
    }
  }

  /// The provider refused or could not be reached: it reported no usage, nothing is owed.
  ///
  /// @param operatorText for the log and the receipt: never a secret, never a message's text
  record Failed(Fault fault, String operatorText) implements ModelReply {}

  /// Why a model stopped writing.
  enum Finish {
    STOP,
    LENGTH,
    TOOL_CALLS,
    CONTENT_FILTER,
    /// Its stream broke off, or time ran out while it wrote: what came until then was paid for.
    CUT
  }

  /// Whose fault a failed call is, and whether the request may have been worked on.
  enum Fault {
    /// The key, the model's name or the request is wrong: trying again cannot help.
    REFUSED,
    /// The provider is overloaded or broken, and said so.
    UNAVAILABLE,
    /// Time ran out, or the connection was cut, after the request was written: the provider may
    /// have worked.
    UNANSWERED
  }
}
