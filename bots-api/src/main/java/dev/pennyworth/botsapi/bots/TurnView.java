package dev.pennyworth.botsapi.bots;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.pennyworth.agentloop.ConversationId;
import dev.pennyworth.agentloop.MessageId;
import dev.pennyworth.agentloop.TurnReport;
import dev.pennyworth.billing.NanoUsd;
import dev.pennyworth.billing.TurnId;
import dev.pennyworth.connectors.TurnAnswer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// A turn with its receipt, as its owner reads it.
public record TurnView(
    TurnId id,
    String status,
    Optional<String> stopReason,
    MessageId messageId,
    ConversationId conversationId,
    String platform,
    Instant acceptedAt,
    Optional<Long> latencyMs,
    Optional<Instant> parkedAt,
    Optional<TurnId> mergedInto,
    Optional<TurnAnswer.Limit> details,
    Optional<String> problem,
    Optional<TurnReport.Delivery> delivery,
    Receipt receipt) {

  /// All steps of a turn and what they cost.
  public record Receipt(List<Step> steps, NanoUsd costCents, NanoUsd billedCents) {}

  /// One model call or tool call.
  public record Step(
      int n,
      String kind,
      String purpose,
      Optional<String> llmProvider,
      Optional<String> llmModel,
      Optional<String> modelReason,
      Optional<String> toolName,
      Tokens tokens,
      NanoUsd heldCents,
      NanoUsd costCents,
      NanoUsd billedCents,
      Optional<Long> latencyMs,
      List<String> flags,
      String state) {}

  /// Tokens in disjoint buckets.
  ///
  /// @param cacheWriteHour of `cacheWrite`, what was written for an hour, which has its own price
  public record Tokens(
      long input,
      long output,
      long cacheRead,
      long cacheWrite,
      @JsonProperty("cache_write_1h") long cacheWriteHour) {}

  static TurnView of(TurnReport turn) {
    return new TurnView(
        turn.id(),
        turn.status(),
        turn.stopReason(),
        turn.message(),
        turn.conversation(),
        turn.platform(),
        turn.acceptedAt(),
        turn.latency().map(Duration::toMillis),
        turn.parkedAt(),
        turn.mergedInto(),
        turn.refusal().map(TurnAnswer.Limit::of),
        turn.problem(),
        turn.delivery(),
        new Receipt(
            turn.steps().stream().map(TurnView::step).toList(), turn.cost(), turn.billed()));
  }

  private static Step step(TurnReport.Step step) {
    var tokens = step.tokens();
    return new Step(
        step.n(),
        step.kind(),
        step.purpose(),
        step.provider(),
        step.model(),
        step.modelReason(),
        step.toolName(),
        new Tokens(
            tokens.input(),
            tokens.output(),
            tokens.cacheRead(),
            tokens.cacheWrite(),
            tokens.cacheWriteHour()),
        step.held(),
        step.cost(),
        step.billed(),
        step.latency().map(Duration::toMillis),
        step.flags(),
        step.state());
  }
}
