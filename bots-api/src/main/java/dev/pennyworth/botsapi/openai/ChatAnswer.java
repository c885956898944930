package dev.pennyworth.botsapi.openai;

import dev.pennyworth.agentloop.ConversationId;
import dev.pennyworth.agentloop.TurnReport;
import dev.pennyworth.billing.NanoUsd;
import dev.pennyworth.billing.TurnId;
import java.util.List;
import java.util.Optional;

/// A turn as OpenAI's clients read it.
///
/// @param id the turn's
/// @param created unix seconds
/// @param model as it was asked for
/// @param pennyworth what OpenAI has no word for; its clients pass it on or over
record ChatAnswer(
    TurnId id,
    String object,
    long created,
    String model,
    List<Choice> choices,
    Usage usage,
    Pennyworth pennyworth) {

  /// The one answer.
  record Choice(int index, Message message, Optional<String> logprobs, String finishReason) {}

  /// What the bot says.
  record Message(String role, String content, Optional<String> refusal) {}

  /// The tokens of all model calls of the turn, as they stand in the ledger.
  ///
  /// @param promptTokens all input, cached input included
  record Usage(
      long promptTokens, long completionTokens, long totalTokens, Details promptTokensDetails) {
    static Usage of(TurnReport report) {
      var tokens = report.tokens();
      long input = tokens.inputInAll();
      return new Usage(
          input, tokens.output(), input + tokens.output(), new Details(tokens.cacheRead()));
    }
  }

  /// Which of the input was cheaper.
  record Details(long cachedTokens) {}

  /// The turn's own figures.
  ///
  /// @param costCents at list price
  /// @param billedCents what was taken from the wallet
  record Pennyworth(
      TurnId turnId,
      ConversationId conversationId,
      String stopReason,
      NanoUsd costCents,
      NanoUsd billedCents) {
    static Pennyworth of(TurnReport report) {
      return new Pennyworth(
          report.id(),
          report.conversation(),
          report.stopReason().orElse(""),
          report.cost(),
          report.billed());
    }
  }

  static ChatAnswer of(TurnReport report, String model) {
    var message = new Message("assistant", report.response().orElse(""), Optional.empty());
    return new ChatAnswer(
        report.id(),
        "chat.completion",
        report.acceptedAt().getEpochSecond(),
        model,
        List.of(new Choice(0, message, Optional.empty(), finishReason(report))),
        Usage.of(report),
        Pennyworth.of(report));
  }

  /// `length` is whatever cut the answer short: tokens, rounds or time.
  static String finishReason(TurnReport report) {
    return switch (report.stopReason().orElse("")) {
      case "max_tokens", "max_iterations", "timeout" -> "length";
      default -> isFiltered(report) ? "content_filter" : "stop";
    };
  }

  private static boolean isFiltered(TurnReport report) {
    return report.steps().stream()
        .reduce((_, last) -> last)
        .flatMap(TurnReport.Step::finish)
        .filter("CONTENT_FILTER"::equals)
        .isPresent();
  }
}
