package dev.pennyworth.agentloop.model;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TokenCounterTest {
  private final TokenCounter counter = TokenCounter.o200k();

  @ParameterizedTest
  @CsvSource({"'', 0", "hello world, 2", "'2 + 2 = 4', 7"})
  void countsAsOpenAiDoes(String text, long tokens) {
    assertThat(counter.count(text)).isEqualTo(tokens);
  }

  @Test
  void namesOfSpecialTokensAreOrdinaryText() {
    assertThat(counter.count("<|endoftext|>")).isGreaterThan(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "The quick brown fox jumps over the lazy dog.",
        "👩‍👩‍👧‍👦 a family, 🏴󠁧󠁢󠁳󠁣󠁴󠁿 a flag, ꧁༺ ornaments ༻꧂",
        "नमस्ते दुनिया, これはペンです",
        "  spaces   and\n\n\nlines\t\t"
      })
  void aCutTextIsABeginningWorthNoMoreThanAsked(String text) {
    for (long tokensMax = 0; tokensMax <= counter.count(text); tokensMax++) {
      String cut = counter.cut(text, tokensMax);

      assertThat(text).startsWith(cut);
      assertThat(cut).doesNotContain("\uFFFD");
      assertThat(counter.count(cut)).isLessThanOrEqualTo(tokensMax);
      assertThat(cut.isEmpty() || !Character.isHighSurrogate(cut.charAt(cut.length() - 1)))
          .isTrue();
    }
  }

  @Test
  void aTextThatFitsIsNotCut() {
    String text = "fits";

    assertThat(counter.cut(text, counter.count(text))).isEqualTo(text);
  }

  @Test
  void aMegabyteWithoutASpaceIsCounted() {
    assertThat(counter.count("a".repeat(1 << 20))).isPositive();
  }
}
