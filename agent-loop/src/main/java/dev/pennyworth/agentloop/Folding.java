package dev.pennyworth.agentloop;

import dev.pennyworth.agentloop.model.ChatMessage;
import java.util.List;
import java.util.Optional;

/// What is to become part of a conversation's summary, because it is too old for the context.
///
/// @param summary of what was before; empty for none
/// @param messages the oldest that are not in it yet
/// @param upToSeq the last turn that they belong to
record Folding(String summary, List<ChatMessage> messages, long upToSeq) {
  /// A summary is short: it is paid for in every later call.
  static final int OUTPUT_TOKENS_MAX = 500;

  /// Below this, a quarter of the window is less than a turn.
  private static final int LARGE_WINDOW = 10;

  /// Bounds what one summary costs; the oldest message is left out first, and what is known of
  /// those before it never.
  private static final int TRANSCRIPT_CHARACTERS_MAX = 60_000;

  private static final String SYSTEM_PROMPT =
      """
      You keep the memory of an assistant. Summarise the conversation below in at most 200 words,
      in its own language: who the user is, what he asked for, what was answered or decided, names,
      figures and dates that may be needed again. Write plain sentences. Do not answer the user.\
      """;

  Folding {
    messages = List.copyOf(messages);
  }

  /// A message with the turn that it belongs to.
  record Placed(long seq, ChatMessage message) {}

  /// What must be folded so that no more than `messagesMax` stay; empty if nothing must. A window
  /// that is large gives up a quarter at once, so that not every turn pays for a summary.
  ///
  /// @param messages that are not in the summary, oldest first
  static Optional<Folding> of(String summary, List<Placed> messages, int messagesMax) {
    if (messages.size() <= messagesMax) {
      return Optional.empty();
    }
    int kept = messagesMax < LARGE_WINDOW ? messagesMax : messagesMax - messagesMax / 4;
    // A turn's message and its reply are folded together.
    long upTo = messages.get(messages.size() - kept - 1).seq();
    return Optional.of(
        new Folding(
            summary,
            messages.stream().filter(one -> one.seq() <= upTo).map(Placed::message).toList(),
            upTo));
  }

  /// The step that writes the new summary.
  ModelJob job(BotSettings bot) {
    var lines = new StringBuilder();
    for (var message : messages) {
      lines.append(line(message)).append('\n');
    }
    String before = summary.isBlank() ? "" : "Summary of what was before:\n" + summary + "\n\n";
    return new ModelJob(
        ModelJob.SUMMARY,
        Routing.summary(bot),
        SYSTEM_PROMPT,
        List.of(new ChatMessage.User(before + newest(lines.toString()))),
        0,
        false,
        Math.min(OUTPUT_TOKENS_MAX, bot.maxTokensPerTurn()));
  }

  private static String newest(String transcript) {
    int cut = transcript.length() - TRANSCRIPT_CHARACTERS_MAX;
    return cut <= 0
        ? transcript
        : "[cut: there was more]\n" + CleanText.of(transcript.substring(cut));
  }

  private static String line(ChatMessage message) {
    return switch (message) {
      case ChatMessage.User(var text) -> "User: " + text;
      case ChatMessage.Assistant(var text, _) -> "Assistant: " + text;
      case ChatMessage.ToolResult(_, var tool, var text) -> tool + ": " + text;
    };
  }

  /// How the summary stands in the context, in front of the messages.
  static ChatMessage asMessage(String summary) {
    return new ChatMessage.User("[Summary of the conversation so far]\n" + summary);
  }
}
