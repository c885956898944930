package dev.pennyworth.connectors;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MessageSplitterTest {
  private static final int MAX = 200;
  private static final String WORDS = "The quick brown fox jumps over it. ";

  @Test
  void whatFitsIsOnePart() {
    assertThat(MessageSplitter.split("a".repeat(MAX), MAX)).containsExactly("a".repeat(MAX));
  }

  @Test
  void aParagraphIsTheBestPlace() {
    String first = WORDS.repeat(4).strip() + "\n\n";

    assertThat(MessageSplitter.split(first + WORDS.repeat(4), MAX))
        .containsExactly(first, WORDS.repeat(4));
  }

  @Test
  void elseASentence() {
    var parts = MessageSplitter.split(WORDS.repeat(20), MAX);

    assertThat(parts).allSatisfy(part -> assertThat(part).endsWith("it. "));
    assertThat(String.join("", parts)).isEqualTo(WORDS.repeat(20));
  }

  @Test
  void elseAWord() {
    var parts = MessageSplitter.split("word ".repeat(100), MAX);

    assertThat(parts).allSatisfy(part -> assertThat(part).endsWith("word "));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\uD83D\uDE00",
        "e\u0301",
        "\uD83D\uDC68\u200D\uD83D\uDC69\u200D\uD83D\uDC67",
        "\u0634\u064E"
      })
  void aCharacterAsAReaderSeesItStaysWhole(String character) {
    var parts = MessageSplitter.split("x" + character.repeat(300), MAX);

    assertThat(String.join("", parts)).isEqualTo("x" + character.repeat(300));
    assertThat(parts.subList(1, parts.size()))
        .allSatisfy(part -> assertThat(part).startsWith(character).endsWith(character));
  }

  @Test
  void aCodeBlockIsClosedAndOpenedAgain() {
    String code = "int i = 1;\n".repeat(40);
    var parts = MessageSplitter.split("Look:\n```java\n" + code + "```\nDone.", MAX);

    assertThat(parts.getFirst()).startsWith("Look:\n```java\n").endsWith("\n```");
    assertThat(parts.get(1)).startsWith("```java\nint i").endsWith("\n```");
    assertThat(parts.getLast()).endsWith("```\nDone.");
    assertThat(joined(parts)).isEqualTo("Look:\n```java\n" + code + "```\nDone.");
  }

  /// Whatever is in it: no part is too long or empty, and nothing is lost.
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
  void aLongTextOfAnythingArrivesWhole(long seed) {
    var random = new Random(seed);
    var pieces =
        List.of(
            "word ",
            "A sentence. ",
            "\n",
            "\n\n",
            "\uD83D\uDE00",
            "\u05E9\u05DC\u05D5\u05DD ",
            "e\u0301",
            "x".repeat(90),
            "\t",
            "`code` ");
    var text = new StringBuilder();
    while (text.length() < 30_000) {
      text.append(pieces.get(random.nextInt(pieces.size())));
    }

    for (int max : new int[] {MAX, 2_000, 4_096}) {
      var parts = MessageSplitter.split(text.toString(), max);
      assertThat(parts).allSatisfy(part -> assertThat(part.length()).isBetween(1, max));
      assertThat(String.join("", parts)).isEqualTo(text.toString());
    }
  }

  private static String joined(List<String> parts) {
    var text = new StringBuilder(parts.getFirst());
    for (var part : parts.subList(1, parts.size())) {
      boolean isCut = part.startsWith("```java\n") && text.toString().endsWith("```");
      if (isCut) {
        text.setLength(text.length() - "```".length());
      }
      text.append(isCut ? part.substring("```java\n".length()) : part);
    }
    return text.toString();
  }
}
