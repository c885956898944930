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
/// @param response what the end user reads; empty while it runs or is parked, and if another turn
///   answers
/// @param parkedAt when it was parked for the first time; empty if it never was
/// @param delivery how its reply gets to its platform; empty while there is none, and where whoever
///   waits is answered himself
/// @param mergedInto the turn that answers this one's message; empty if it does so itself
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
    Optional<Instant> parkedAt,
    Optional<TurnId> mergedInto,
    Optional<Delivery> delivery,
    List<Step> steps) {
  public TurnReport {
    steps = List.copyOf(steps);
  }

  /// A reply on its way.
  ///
  /// @param state `pending`, `sending`, `sent`, `unknown` or `failed`
  /// @param error for the owner; empty if nothing went wrong
  /// @param platformStatus what the platform told since: `delivered`, `read`
  public record Delivery(
      String state, Optional<String> error, int partsSent, Optional<String> platformStatus) {}

  /// One step of the receipt.
  ///
  /// @param kind `model` or `tool`
  /// @param modelReason why it was this model: `main`, `summary`, `simple_message`, `low_budget`
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
      Optional<String> modelReason,
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

  /// The same, telling whoever waits that the turn does.
  public TurnReport saying(String notice) {
    return new TurnReport(
        id,
        bot,
        conversation,
        message,
        platform,
        status,
        stopReason,
        refusal,
        problem,
        Optional.of(notice),
        acceptedAt,
        latency,
        parkedAt,
        mergedInto,
        delivery,
        steps);
  }

  /// The same, back in the queue.
  public TurnReport goingOn() {
    return new TurnReport(
        id,
        bot,
        conversation,
        message,
        platform,
        "running",
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        acceptedAt,
        latency,
        parkedAt,
        mergedInto,
        delivery,
        steps);
  }

  /// The same with its steps.
  TurnReport with(List<Step> receipt) {
    return new TurnReport(
        id,
        bot,
        conversation,
        message,
        platform,
        status,
        stopReason,
        refusal,
        problem,
        response,
        acceptedAt,
        latency,
        parkedAt,
        mergedInto,
        delivery,
        receipt);
  }

  public boolean isParked() {
    return status.equals("parked");
  }

  /// Whether there is nothing more to wait for now: it is over, or parked.
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

  /// Model calls that answered. A summary is none of them.
  public long loopIterations() {
    return steps.stream()
        .filter(step -> step.kind().equals("model") && step.purpose().equals(ModelJob.ANSWER))
        .filter(step -> step.state().equals("done"))
        .count();
  }
}
