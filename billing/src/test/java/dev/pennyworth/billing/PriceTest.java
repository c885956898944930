package dev.pennyworth.billing;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class PriceTest {
  private static final Price GPT_4O_MINI = TestingBilling.GPT_4O_MINI;

  @Test
  void aReplyOf485InputAnd42OutputTokensOfGpt4oMiniCosts97950NanoDollars() {
    assertThat(GPT_4O_MINI.cost(new TokenUsage(485, 42, 0, 0))).isEqualTo(new NanoUsd(97_950));
  }

  @Test
  void aCostIsRoundedUpOnceForTheWholeCall() {
    // One nano-dollar a million tokens in each bucket: four tokens are one nano-dollar, not four.
    var price = new Price("a/b@1", "a", "b", "b", 1, 1, 1, 1, true, Instant.EPOCH);
    assertThat(price.cost(new TokenUsage(1, 1, 1, 1, 1))).isEqualTo(new NanoUsd(1));
  }

  @Property
  void anotherTokenInAnyBucketNeverMakesACallCheaper(
      @ForAll @LongRange(min = 0, max = 10_000_000) long input,
      @ForAll @LongRange(min = 0, max = 10_000_000) long output,
      @ForAll @LongRange(min = 0, max = 10_000_000) long cacheRead,
      @ForAll @LongRange(min = 0, max = 10_000_000) long cacheWrite) {
    for (var price : PriceFile.shipped()) {
      var cost = price.cost(new TokenUsage(input, output, cacheRead, cacheWrite));
      assertThat(
              List.of(
                  price.cost(new TokenUsage(input + 1, output, cacheRead, cacheWrite)),
                  price.cost(new TokenUsage(input, output + 1, cacheRead, cacheWrite)),
                  price.cost(new TokenUsage(input, output, cacheRead + 1, cacheWrite)),
                  price.cost(new TokenUsage(input, output, cacheRead, cacheWrite + 1)),
                  price.cost(new TokenUsage(input, output, cacheRead, cacheWrite, 1))))
          .allMatch(dearer -> dearer.compareTo(cost) >= 0);
    }
  }

  @Property
  void theWorstCaseIsNoLessThanAnyCallWithinItsBounds(
      @ForAll @LongRange(min = 0, max = 1_000_000) long inputTokensMax,
      @ForAll @LongRange(min = 1, max = 200_000) long outputTokensMax,
      @ForAll @LongRange(min = 0, max = 1_000_000) long cacheRead,
      @ForAll @LongRange(min = 0, max = 1_000_000) long cacheWrite) {
    long read = Math.min(cacheRead, inputTokensMax);
    long write = Math.min(cacheWrite, inputTokensMax - read);
    var usage = new TokenUsage(inputTokensMax - read - write, outputTokensMax, read, write);
    for (var price : PriceFile.shipped()) {
      assertThat(price.worstCase(inputTokensMax, outputTokensMax))
          .isGreaterThanOrEqualTo(price.cost(usage));
    }
  }

  @Property
  void theOutputThatFitsAnAmountFitsAndOneTokenMoreDoesNot(
      @ForAll @LongRange(min = 0, max = 5_000_000_000L) long nanos,
      @ForAll @LongRange(min = 0, max = 100_000) long inputTokensMax) {
    var amount = new NanoUsd(nanos);
    long fits = GPT_4O_MINI.outputTokensWithin(amount, inputTokensMax);
    if (fits >= 0) {
      assertThat(GPT_4O_MINI.worstCase(inputTokensMax, fits)).isLessThanOrEqualTo(amount);
    }
    assertThat(GPT_4O_MINI.worstCase(inputTokensMax, Math.max(fits, -1) + 1)).isGreaterThan(amount);
  }

  @Test
  void anHourInAnthropicsCacheCostsTwiceTheInput() {
    assertThat(PriceFile.shipped())
        .filteredOn(price -> price.provider().equals("anthropic"))
        .hasSize(3)
        .allSatisfy(price ->
            assertThat(price.cacheWriteHourNanosPerMillion())
                .isEqualTo(2 * price.inputNanosPerMillion()));
  }

  @Test
  void theShippedCatalogueHasEveryModelThatThePublicPriceListNames() {
    assertThat(PriceFile.shipped())
        .extracting(Price::name)
        .contains("Qwen3.5-35B-A3B", "Llama 3.3 70B", "DeepSeek V3", "Llama 3.1 8B");
    assertThat(PriceFile.shipped())
        .extracting(Price::model)
        .contains(
            "claude-opus-4-6",
            "claude-sonnet-4-6",
            "claude-haiku-4-5",
            "gpt-4o",
            "gpt-4o-mini",
            "o1",
            "gemini-2.5-pro",
            "gemini-2.5-flash",
            "llama-3.3-70b-versatile",
            "mixtral-8x7b-32768",
            "pennyworth-mini",
            "pennyworth-free");
  }
}
