package dev.pennyworth.botsapi.openai;

import dev.pennyworth.agentloop.TurnReport;
import dev.pennyworth.billing.TurnId;
import dev.pennyworth.connectors.HttpFailure;
import dev.pennyworth.connectors.TurnAnswer;
import java.util.Optional;

/// What OpenAI's clients are told of a turn that has no answer.
///
/// They try again by themselves what ends with 408, 409, 429 or 5xx, as a new request without a key
/// that would tell it for the same: so whatever has become a turn says that it must not be.
final class ChatFailures {
  private static final String SHOULD_RETRY = "X-Should-Retry";

  private ChatFailures() {}

  /// Why an ended turn is no success; empty if it is one.
  static Optional<HttpFailure> of(TurnReport report) {
    return report
        .stopReason()
        .flatMap(reason ->
            switch (reason) {
              case "completed", "max_tokens", "max_iterations", "timeout" -> Optional.empty();
              case "provider_error" -> Optional.of(providerError(report));
              default -> Optional.of(unpaid(report, reason));
            });
  }

  private static HttpFailure providerError(TurnReport report) {
    return turn(
        new HttpFailure(
            502,
            "provider_error",
            "The bot's model gave no answer. details.problem says why; what was not answered was not"
                + " charged."),
        report);
  }

  private static HttpFailure unpaid(TurnReport report, String reason) {
    var failure = turn(HttpFailure.paymentRequired(reason, sentence(report, reason)), report);
    var limit = report.refusal().map(TurnAnswer.Limit::of);
    if (limit.isEmpty()) {
      return failure;
    }
    var facts = limit.get();
    return failure
        .with("scope", facts.scope())
        .with("period", facts.period())
        .with("limit", facts.limit())
        .with("spent", facts.spent())
        .with("held", facts.held())
        .with("remaining", facts.remaining())
        .with("needed", facts.needed())
        .with("unit", facts.unit())
        .with("resets_at", facts.resetsAt())
        .with("remedy", facts.remedy());
  }

  private static String sentence(TurnReport report, String reason) {
    if (report.status().equals("parked")) {
      return "The turn is parked until there is money or an approval for it. It is billed when it"
          + " goes on; GET /api/bots/{id}/turns/{turn_id} shows it.";
    }
    return switch (reason) {
      case "spending_cap" -> "A spending limit of the bot, its team or its end user is reached.";
      case "insufficient_balance" -> "The team's wallet does not cover the next step.";
      case "plan_quota" -> "The quota of the team's plan is used up.";
      case "message_budget" -> "The message costs more than the bot may spend on one.";
      case "no_price" -> "There is no price for the bot's model, and no price means no call.";
      default -> "The turn was stopped: %s.".formatted(reason);
    };
  }

  private static HttpFailure turn(HttpFailure failure, TurnReport report) {
    return failure
        .with("turn_id", report.id())
        .with("conversation_id", report.conversation())
        .with("status", report.status())
        .with("problem", report.problem())
        .with("cost_cents", report.cost())
        .with("billed_cents", report.billed());
  }

  /// The turn still runs when patience ends.
  static HttpFailure stillRunning(TurnId turn) {
    return new HttpFailure(
            504,
            "still_running",
            "The turn still runs. With an Idempotency-Key, the same request again fetches its"
                + " answer.")
        .with("turn_id", turn);
  }

  /// The turn was accepted, and what became of it cannot be read now.
  static HttpFailure lostSight(TurnId turn) {
    return new HttpFailure(
            500,
            "answer_unavailable",
            "The message was accepted, and its answer cannot be read just now. With an"
                + " Idempotency-Key, the same request again fetches it.")
        .with("turn_id", turn);
  }

  static HttpFailure modelNotFound(String model) {
    return new HttpFailure(
            404,
            "model_not_found",
            "There is no bot with the id or slug '%s', or it belongs to another team. GET /v1/models"
                    .formatted(model)
                + " lists yours.")
        .with("model", model);
  }

  /// The failure, and whether a client may try it again by itself: only what was refused at the
  /// door for now.
  static HttpFailure withRetryHint(HttpFailure failure) {
    return failure.headers().containsKey("Retry-After")
        ? failure
        : failure.withHeader(SHOULD_RETRY, "false");
  }
}
