package dev.pennyworth.botsapi.http;

import java.net.URI;

/// Where this server is reached from outside.
///
/// @param base without a slash at the end
public record PublicUrl(URI base) {

  /// The address of a path.
  ///
  /// @param path begins with a slash
  public URI at(String path) {
    return URI.create(base + path);
  }
}
