package dev.pennyworth.agentloop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pennyworth.agentloop.model.InputParts;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.LongRange;

class TokenBreakdownTest {
  private static final long TOKENS_MAX = 10_000_000;

  @Property
  void thePartsAddUpToWhatWasReported(
      @ForAll("counts") InputParts counts,
      @ForAll @LongRange(max = TOKENS_MAX) long reported,
      @ForAll @LongRange(max = TOKENS_MAX) long output) {
    assertThat(TokenBreakdown.apportion(counts, reported, output).total())
        .isEqualTo(reported + output);
  }

  @Property
  void noPartIsAWholeTokenAwayFromItsShare(
      @ForAll("counts") InputParts counts, @ForAll @LongRange(max = TOKENS_MAX) long reported) {
    var breakdown = TokenBreakdown.apportion(counts, reported, 0);
    var weights = weights(counts);
    var parts = parts(breakdown);
    for (int i = 0; i < parts.size(); i++) {
      // |part - weight * reported / total| < 1, without a fraction
      long distance = parts.get(i) * counts.total() - weights.get(i) * reported;
      assertThat(Math.abs(distance)).isLessThan(Math.max(1, counts.total()));
    }
  }

  @Property
  void ourOwnCountIsKeptWhereTheProviderAgrees(@ForAll("counts") InputParts counts) {
    assertThat(parts(TokenBreakdown.apportion(counts, counts.total(), 0)))
        .isEqualTo(weights(counts));
  }

  @Example
  void theTokenLeftOverGoesToThePartThatLostMost() {
    // 100 over weights 1, 1, 4 of 6: 16.67, 16.67, 66.67 -> two left over, earlier parts first
    var breakdown = TokenBreakdown.apportion(new InputParts(1, 1, 4, 0, 0), 100, 7);

    assertThat(breakdown).isEqualTo(new TokenBreakdown(17, 17, 66, 0, 0, 7));
  }

  @Example
  void withNothingCountedAllIsTheCurrentMessage() {
    assertThat(TokenBreakdown.apportion(InputParts.NONE, 9, 1))
        .isEqualTo(new TokenBreakdown(0, 0, 0, 9, 0, 1));
  }

  @Example
  void stepsAddUp() {
    var first = TokenBreakdown.apportion(new InputParts(10, 20, 30, 40, 0), 107, 5);
    var second = TokenBreakdown.apportion(new InputParts(10, 20, 30, 40, 50), 163, 6);

    assertThat(first.plus(second).total()).isEqualTo(107 + 5 + 163 + 6);
  }

  @Provide
  Arbitrary<InputParts> counts() {
    var count = Arbitraries.longs().between(0, TOKENS_MAX / 5);
    return Combinators.combine(count, count, count, count, count)
        .as(InputParts::new)
        .filter(counts -> counts.total() > 0);
  }

  private static List<Long> weights(InputParts counts) {
    return List.of(
        counts.systemPrompt(),
        counts.toolDefinitions(),
        counts.conversationHistory(),
        counts.currentMessage(),
        counts.toolResults());
  }

  private static List<Long> parts(TokenBreakdown breakdown) {
    return List.of(
        breakdown.systemPrompt(),
        breakdown.toolDefinitions(),
        breakdown.conversationHistory(),
        breakdown.currentMessage(),
        breakdown.toolResults());
  }
}
