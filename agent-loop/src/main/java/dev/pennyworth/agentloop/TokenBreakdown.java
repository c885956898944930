package dev.pennyworth.agentloop;

import dev.pennyworth.agentloop.model.InputParts;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/// The tokens of a turn by where they come from. The parts add up to what the provider reported.
///
/// @param llmOutput output tokens, reasoning included
public record TokenBreakdown(
    long systemPrompt,
    long toolDefinitions,
    long conversationHistory,
    long currentMessage,
    long toolResults,
    long llmOutput) {
  public static final TokenBreakdown NONE = new TokenBreakdown(0, 0, 0, 0, 0, 0);

  private static final int CURRENT_MESSAGE = 3;

  /// Distributes the input that a provider reported over the parts that we counted.
  ///
  /// Providers report one figure for the whole input, and their tokenizer and framing are not ours.
  /// So our counts are weights: each part gets its share rounded down, and the tokens left over go
  /// one each to the parts that lost most by rounding, earlier parts first among equals (the method
  /// of the largest remainder). With nothing to weigh by, all of it is the current message.
  public static TokenBreakdown apportion(InputParts counts, long reportedInputInAll, long output) {
    long[] weights = {
      counts.systemPrompt(),
      counts.toolDefinitions(),
      counts.conversationHistory(),
      counts.currentMessage(),
      counts.toolResults()
    };
    long[] shares = shares(weights, reportedInputInAll);
    return new TokenBreakdown(shares[0], shares[1], shares[2], shares[3], shares[4], output);
  }

  private static long[] shares(long[] weights, long amount) {
    long weightInAll = Arrays.stream(weights).reduce(0, Math::addExact);
    if (weightInAll == 0) {
      long[] shares = new long[weights.length];
      shares[CURRENT_MESSAGE] = amount;
      return shares;
    }
    long[] products =
        Arrays.stream(weights).map(weight -> Math.multiplyExact(weight, amount)).toArray();
    long[] shares = Arrays.stream(products).map(product -> product / weightInAll).toArray();
    long left = amount - Arrays.stream(shares).sum();
    IntStream.range(0, weights.length)
        .boxed()
        .sorted(Comparator.comparingLong(part -> -(products[part] % weightInAll)))
        .limit(left)
        .forEach(part -> shares[part]++);
    return shares;
  }

  public TokenBreakdown plus(TokenBreakdown other) {
    return new TokenBreakdown(
        Math.addExact(systemPrompt, other.systemPrompt),
        Math.addExact(toolDefinitions, other.toolDefinitions),
        Math.addExact(conversationHistory, other.conversationHistory),
        Math.addExact(currentMessage, other.currentMessage),
        Math.addExact(toolResults, other.toolResults),
        Math.addExact(llmOutput, other.llmOutput));
  }

  /// Input and output.
  public long total() {
    return Math.addExact(
        systemPrompt + toolDefinitions + conversationHistory + currentMessage + toolResults,
        llmOutput);
  }
}
