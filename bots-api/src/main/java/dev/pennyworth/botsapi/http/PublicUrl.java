package dev.pennyworth.botsapi.http;

import io.micronaut.runtime.server.EmbeddedServer;
import jakarta.inject.Provider;
import java.net.URI;
import java.util.Optional;

/// Where this server is reached from outside: what the operator says, or else the local address,
/// which is known only once the server listens.
public final class PublicUrl {
  private final Optional<URI> configured;
  private final Provider<EmbeddedServer> server;

  public PublicUrl(Optional<URI> configured, Provider<EmbeddedServer> server) {
    this.configured = configured;
    this.server = server;
  }

  /// The address of a path.
  ///
  /// @param path begins with a slash
  public URI at(String path) {
    return URI.create(
        configured
            .map(URI::toString)
            .orElseGet(() -> "http://localhost:" + server.get().getPort())
            .concat(path));
  }
}
