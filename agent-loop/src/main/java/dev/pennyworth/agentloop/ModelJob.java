package dev.pennyworth.agentloop;

import dev.pennyworth.agentloop.model.ChatMessage;
import java.util.List;

/// What a model step is to do.
///
/// @param purpose `answer` or `summary`: stands on the receipt and in the ledger
/// @param currentMessageIndex where in `messages` the message stands that is being answered
/// @param outputTokensMax what is asked for; lowered to what fits
record ModelJob(
    String purpose,
    ModelChoice choice,
    String systemPrompt,
    List<ChatMessage> messages,
    int currentMessageIndex,
    boolean offersTools,
    int outputTokensMax) {
  static final String ANSWER = "answer";
  static final String SUMMARY = "summary";

  ModelJob {
    messages = List.copyOf(messages);
  }

  /// Answers the current message, with the bot's tools.
  static ModelJob answer(
      BotSettings bot, ModelChoice choice, List<ChatMessage> messages, int currentMessageIndex) {
    return new ModelJob(
        ANSWER,
        choice,
        bot.systemPrompt(),
        messages,
        currentMessageIndex,
        true,
        bot.maxTokensPerTurn());
  }
}
