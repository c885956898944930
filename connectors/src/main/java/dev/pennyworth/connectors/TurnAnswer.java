package dev.pennyworth.connectors;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.pennyworth.agentloop.ConversationId;
import dev.pennyworth.agentloop.TurnReport;
import dev.pennyworth.billing.NanoUsd;
import dev.pennyworth.billing.Refusal;
import dev.pennyworth.billing.TurnId;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// What a synchronous caller is told about a turn.
///
/// @param status `running` if the answer took longer than the caller is kept waiting; asking again
///   with the same event fetches it
/// @param response what the end user reads; empty while the turn runs
/// @param costCents at list price; an estimate under byok
/// @param billedCents what was taken from the wallet
/// @param latencyMs from acceptance to the reply
/// @param details of the limit that stopped the turn, if one did
/// @param problem what went wrong, for the owner
/// @param mergedInto the turn whose answer is for this message, too
public record TurnAnswer(
    String status,
    String response,
    List<Call> toolCalls,
    Tokens tokens,
    Breakdown tokenBreakdown,
    NanoUsd costCents,
    NanoUsd billedCents,
    long latencyMs,
    long loopIterations,
    ConversationId conversationId,
    TurnId turnId,
    Optional<String> stopReason,
    Optional<Limit> details,
    Optional<String> problem,
    Optional<TurnId> mergedInto) {

  /// A tool call.
  ///
  /// @param arguments as JSON; as a text if the model wrote something else
  public record Call(
      String toolName, JsonNode arguments, String result, long latencyMs, boolean success) {}

  /// Tokens in disjoint buckets: cached input is not in `input`.
  public record Tokens(long input, long output, long cacheRead, long cacheWrite) {}

  /// The same tokens by where they come from; the parts add up to `total`.
  public record Breakdown(
      long systemPrompt,
      long toolDefinitions,
      long conversationHistory,
      long currentMessage,
      long toolResults,
      long llmOutput,
      long total) {}

  /// A limit that stopped a turn.
  ///
  /// @param unit of the figures: `cents`, or `tokens` of a plan
  public record Limit(
      String scope,
      Optional<String> period,
      BigDecimal limit,
      BigDecimal spent,
      BigDecimal held,
      BigDecimal remaining,
      BigDecimal needed,
      String unit,
      Optional<Instant> resetsAt,
      String remedy) {

    public static Limit of(Refusal refusal) {
      return new Limit(
          refusal.scope().word(),
          refusal.period(),
          figure(refusal, refusal.limit()),
          figure(refusal, refusal.spent()),
          figure(refusal, refusal.held()),
          figure(refusal, refusal.remaining()),
          figure(refusal, refusal.needed()),
          refusal.scope().unit() == Refusal.Unit.TOKENS ? "tokens" : "cents",
          refusal.resetsAt(),
          refusal.scope().remedy());
    }

    private static BigDecimal figure(Refusal refusal, long figure) {
      return switch (refusal.scope().unit()) {
        case NANO_USD -> new BigDecimal(new NanoUsd(figure).toCents());
        case TOKENS -> BigDecimal.valueOf(figure);
      };
    }
  }

  public static TurnAnswer of(TurnReport turn, Json json) {
    var tokens = turn.tokens();
    var parts = turn.breakdown();
    return new TurnAnswer(
        turn.status(),
        turn.response().orElse(""),
        turn.steps().stream()
            .filter(step -> step.kind().equals("tool"))
            .map(step -> call(step, json))
            .toList(),
        new Tokens(tokens.input(), tokens.output(), tokens.cacheRead(), tokens.cacheWrite()),
        new Breakdown(
            parts.systemPrompt(),
            parts.toolDefinitions(),
            parts.conversationHistory(),
            parts.currentMessage(),
            parts.toolResults(),
            parts.llmOutput(),
            parts.total()),
        turn.cost(),
        turn.billed(),
        turn.latency().map(Duration::toMillis).orElse(0L),
        turn.loopIterations(),
        turn.conversation(),
        turn.id(),
        turn.stopReason(),
        turn.refusal().map(Limit::of),
        turn.problem(),
        turn.mergedInto());
  }

  private static Call call(TurnReport.Step step, Json json) {
    return new Call(
        step.toolName().orElse(""),
        arguments(step.arguments().orElse(""), json),
        step.result().orElse(""),
        step.latency().map(Duration::toMillis).orElse(0L),
        step.isSuccess());
  }

  private static JsonNode arguments(String written, Json json) {
    try {
      return json.read(
          written.isBlank()
              ? "{}".getBytes(StandardCharsets.UTF_8)
              : written.getBytes(StandardCharsets.UTF_8));
    } catch (IOException _) {
      return TextNode.valueOf(written);
    }
  }
}
