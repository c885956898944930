package dev.pennyworth.agentloop.model;

import dev.pennyworth.billing.BillingMode;
import dev.pennyworth.billing.Hold;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;

/// A provider of models. Automatic retries are off: each attempt has its own hold.
public interface ModelClient {
  /// Serialises the request, so that its size can bound its price. Reaches nobody.
  ///
  /// @throws ModelUnavailable if the provider cannot be called at all, such as for want of a key
  Prepared prepare(ModelRequest request) throws ModelUnavailable;

  /// The vendor's own count of a request's input, where it is free.
  interface VendorCount {
    /// Asks once, over the network, with the key that the call would go out with.
    ///
    /// @param mode a bot that is to bring its own key is not counted with the operator's
    /// @return whatever the vendor says; empty if it says nothing in time
    OptionalLong ask(BillingMode mode, Duration timeout);
  }

  /// A request that is ready to go.
  interface Prepared {
    /// No fewer than the input tokens that the provider will count; costs nothing to compute.
    long inputTokensMax();

    /// A tighter bound of the same, by counting.
    long inputTokensMaxTight();

    /// Who counts the request's input for nothing; empty if nobody does.
    default Optional<VendorCount> vendorCount() {
      return Optional.empty();
    }

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
