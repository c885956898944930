package dev.pennyworth.connectors;

import java.net.URI;
import java.util.Optional;

/// Where the platforms' APIs are, if not at the vendor's.
public record PlatformApiUrls(
    Optional<URI> telegram, Optional<URI> discord, Optional<URI> slack, Optional<URI> whatsapp) {}
