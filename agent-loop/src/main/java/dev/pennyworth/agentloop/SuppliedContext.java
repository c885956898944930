package dev.pennyworth.agentloop;

import dev.pennyworth.agentloop.model.ChatMessage;
import dev.pennyworth.agentloop.model.ToolCall;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/// What a caller who keeps the conversation himself gives along with a message: what was said
/// before, what else the model shall heed, and how much it may write at most. It is stored with the
/// turn and takes the place of the stored conversation; the bot's prompt and limits stay.
public final class SuppliedContext {
  private static final String ADDED =
      "The program that passes this conversation on adds the following. What is said above goes"
          + " first.";

  private final List<ChatMessage> history;
  private final Optional<String> instructions;
  private final OptionalInt outputTokensMax;

  SuppliedContext(
      List<ChatMessage> history, Optional<String> instructions, OptionalInt outputTokensMax) {
    this.history = List.copyOf(history);
    this.instructions = instructions;
    this.outputTokensMax = outputTokensMax;
  }

  /// A tool call that the model is said to have made.
  public record Call(String id, String toolName, String argumentsJson) {}

  /// Builds a context, message by message, oldest first.
  public static final class Builder {
    private final List<ChatMessage> history = new ArrayList<>();
    private final List<String> instructions = new ArrayList<>();
    private final Map<String, String> unansweredCalls = new HashMap<>();
    private OptionalInt outputTokensMax = OptionalInt.empty();

    public void user(String text) {
      history.add(new ChatMessage.User(CleanText.of(text)));
    }

    public void assistant(String text, List<Call> calls) {
      var asked = calls.stream().map(Builder::toolCall).toList();
      asked.forEach(call -> unansweredCalls.put(call.id(), call.toolName()));
      history.add(new ChatMessage.Assistant(CleanText.of(text), asked));
    }

    private static ToolCall toolCall(Call call) {
      return new ToolCall(
          CleanText.of(call.id()),
          CleanText.of(call.toolName()),
          CleanText.of(call.argumentsJson()));
    }

    /// Whether there was such a call, and no result of it yet; else nothing is added.
    public boolean toolResult(String callId, String text) {
      var id = CleanText.of(callId);
      @Nullable String toolName = unansweredCalls.remove(id);
      if (toolName == null) {
        return false;
      }
      history.add(new ChatMessage.ToolResult(id, toolName, CleanText.of(text)));
      return true;
    }

    /// Whether a tool call has no result: no model takes another message before there is one.
    public boolean hasUnansweredCalls() {
      return !unansweredCalls.isEmpty();
    }

    /// What the model shall heed besides the bot's own prompt.
    public void instructions(String text) {
      instructions.add(CleanText.of(text));
    }

    /// Lowers how many tokens the model may write; it never raises what the bot is set to.
    public void outputTokensMax(int tokens) {
      outputTokensMax = OptionalInt.of(tokens);
    }

    public SuppliedContext build() {
      return new SuppliedContext(
          history,
          instructions.isEmpty()
              ? Optional.empty()
              : Optional.of(String.join("\n\n", instructions)),
          outputTokensMax);
    }
  }

  List<ChatMessage> history() {
    return history;
  }

  /// The last messages, at most so many; never a tool's result without the call of it.
  List<ChatMessage> history(int messagesMax) {
    int from = Math.max(0, history.size() - messagesMax);
    while (from < history.size() && history.get(from) instanceof ChatMessage.ToolResult) {
      from++;
    }
    return history.subList(from, history.size());
  }

  Optional<String> instructions() {
    return instructions;
  }

  OptionalInt outputTokensMax() {
    return outputTokensMax;
  }

  /// The bot as this turn has it: its own prompt first, and no limit raised.
  BotSettings applyTo(BotSettings bot) {
    return bot.askedWith(
        instructions
            .map(added -> bot.systemPrompt() + "\n\n" + ADDED + "\n\n" + added)
            .orElse(bot.systemPrompt()),
        Math.min(bot.maxTokensPerTurn(), outputTokensMax.orElse(bot.maxTokensPerTurn())));
  }
}
