package dev.pennyworth.migrations;

/// What [Schema#migrate] did.
///
/// @param applied how many migrations it ran; 0 when the schema was up to date
/// @param version of the schema now
public record MigrationReport(int applied, String version) {

  /// One line for people.
  @Override
  public String toString() {
    return "Schema at version %s, %d migrations applied".formatted(version, applied);
  }
}
