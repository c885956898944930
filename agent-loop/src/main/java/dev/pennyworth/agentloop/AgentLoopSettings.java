package dev.pennyworth.agentloop;

import java.net.URI;
import java.util.Map;
import java.util.Optional;

/// What the operator set for the agent loop.
///
/// @param allowsPrivateNetworks whether owners' URLs may lead to loopback and private addresses
/// @param providers the operator's pooled keys and addresses, by provider
/// @param pseudonymKey names end users in figures; the same on all nodes, and not in the database
public record AgentLoopSettings(
    boolean allowsPrivateNetworks, Map<String, Provider> providers, SecretText pseudonymKey) {
  public AgentLoopSettings {
    providers = Map.copyOf(providers);
  }

  /// A provider as the operator reaches it.
  ///
  /// @param apiKey empty if the operator has none
  /// @param baseUrl empty for the vendor's own
  public record Provider(Optional<SecretText> apiKey, Optional<URI> baseUrl) {}
}
