package dev.pennyworth.agentloop.model;

import dev.pennyworth.billing.Hold;
import java.time.Duration;
import java.util.function.Consumer;

/// A provider of models. Automatic retries are off: each attempt has its own hold.
public interface ModelClient {
  /// Serialises the request, so that its size can bound its price. Reaches nobody.
  ///
  /// @throws ModelUnavailable if the provider cannot be called at all, such as for want of a key
  Prepared prepare(ModelRequest request) throws ModelUnavailable;

  /// A request that is ready to go.
  interface Prepared {
    /// No fewer than the input tokens that the provider will count; costs nothing to compute.
    long inputTokensMax();

    /// A tighter bound of the same, by counting.
    long inputTokensMaxTight();

    /// Our own count of the context's parts.
    InputParts inputParts();

    /// Calls the model once, with the hold's `max_tokens` on the wire. Blocks until the whole reply
    /// is there or `timeout` has passed.
    ///
    /// @param text is told what the model writes, piece by piece while it writes where the provider
    ///   streams; the pieces together are the reply's text. Must return at once
    ModelReply call(Hold hold, Duration timeout, Consumer<String> text);
  }
}
