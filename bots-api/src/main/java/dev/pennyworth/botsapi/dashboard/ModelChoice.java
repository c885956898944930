package dev.pennyworth.botsapi.dashboard;

import dev.pennyworth.billing.NanoUsd;

/// A model that a bot can have, and what it costs.
///
/// @param input US dollars per million tokens
/// @param output US dollars per million tokens
/// @param isReady whether a call would be answered without a key of the owner's
/// @param baseUrl of a model of this machine; empty else
public record ModelChoice(
    String provider,
    String model,
    String name,
    boolean isFree,
    NanoUsd input,
    NanoUsd output,
    boolean isReady,
    String baseUrl) {

  /// As a form's field has it.
  public String value() {
    return provider + "/" + model;
  }
}
