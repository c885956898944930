package dev.pennyworth.agentloop;

import dev.pennyworth.billing.NanoUsd;
import dev.pennyworth.billing.TokenUsage;

/// What happens to a turn while somebody watches it.
///
/// What a model writes is told by the process that runs the turn, to its own watchers only; steps
/// and the end are told to all. Text and steps come by different ways, so a piece of text may
/// arrive after its step has been told to be finished: `n` says where it belongs.
public sealed interface TurnEvent {

  /// A model wrote something.
  ///
  /// @param n of the step
  /// @param offset characters of the step's text before this: who came late, or read too slowly,
  ///   sees a gap
  record Text(int n, int offset, String text) implements TurnEvent {}

  /// A step was begun.
  ///
  /// @param kind `model` or `tool`
  /// @param name of the model or the tool
  record StepBegan(int n, String kind, String name) implements TurnEvent {}

  /// A step is over: stored and booked.
  ///
  /// @param state `done`, `failed`, or `unknown` if it was never answered
  /// @param cost at list price
  /// @param billed what was taken from the wallet
  record StepFinished(
      int n,
      String kind,
      String name,
      String state,
      TokenUsage tokens,
      NanoUsd cost,
      NanoUsd billed)
      implements TurnEvent {}

  /// The turn has ended or was parked. Nothing follows.
  record Ended(TurnReport report) implements TurnEvent {}
}
