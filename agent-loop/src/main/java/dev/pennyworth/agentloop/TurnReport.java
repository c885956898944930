package dev.pennyworth.agentloop;

import dev.pennyworth.billing.BotId;
import dev.pennyworth.billing.NanoUsd;
import dev.pennyworth.billing.Refusal;
import dev.pennyworth.billing.TokenUsage;
import dev.pennyworth.billing.TurnId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// A turn as it is told to people: its reply and its receipt.
///
/// @param status `running`, `parked`, `done` or `failed`
/// @param stopReason empty while it runs
/// @param response what the end user reads; empty while it runs
/// @param problem what went wrong, for the owner
public record TurnReport(
    TurnId id,
    BotId bot,
    ConversationId conversation,
    MessageId message,
    String platform,
    String status,
    Optional<String> stopReason,
    Optional<Refusal> refusal,
    Optional<String> problem,
    Optional<String> response,
    Instant acceptedAt,
    Optional<Duration> latency,
    List<Step> steps) {
  public TurnReport {
    steps = List.copyOf(steps);
  }

  /// One step of the receipt.
  ///
  /// @param kind `model` or `tool`
  /// @param arguments of a tool call, as the model wrote them
  /// @param result of a tool call
  /// @param isSuccess whether it did what it was asked for
  /// @param finish why a model stopped writing, such as `STOP` or `LENGTH`
  public record Step(
      int n,
      String kind,
      String purpose,
      Optional<String> provider,
      Optional<String> model,
      Optional<String> toolName,
      Optional<String> arguments,
      Optional<String> result,
      boolean isSuccess,
      Optional<String> finish,
      TokenUsage tokens,
      TokenBreakdown breakdown,
      NanoUsd held,
      NanoUsd cost,
      NanoUsd billed,
      Optional<Duration> latency,
      List<String> flags,
      String state) {
    public Step {
      flags = List.copyOf(flags);
    }
  }

  public boolean hasEnded() {
    return stopReason.isPresent();
  }

  public NanoUsd cost() {
    return steps.stream().map(Step::cost).reduce(NanoUsd.ZERO, NanoUsd::plus);
  }

  public NanoUsd billed() {
    return steps.stream().map(Step::billed).reduce(NanoUsd.ZERO, NanoUsd::plus);
  }

  public TokenUsage tokens() {
    return steps.stream().map(Step::tokens).reduce(TokenUsage.NONE, TokenUsage::plus);
  }

  public TokenBreakdown breakdown() {
    return steps.stream().map(Step::breakdown).reduce(TokenBreakdown.NONE, TokenBreakdown::plus);
  }

  /// Model calls that answered.
  public long loopIterations() {
    return steps.stream()
        .filter(step -> step.kind().equals("model") && step.state().equals("done"))
        .count();
  }
}
