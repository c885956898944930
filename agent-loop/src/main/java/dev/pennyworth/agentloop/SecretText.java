package dev.pennyworth.agentloop;

/// A secret in the open. It prints as `***`, so that no log line or message can carry it by
/// accident.
public record SecretText(String reveal) {
  @Override
  public String toString() {
    return "***";
  }
}
