package dev.pennyworth.billing;

import java.nio.file.Path;

/// Where the operator keeps prices of his own.
///
/// @param file need not be there
public record PriceSettings(Path file) {}
