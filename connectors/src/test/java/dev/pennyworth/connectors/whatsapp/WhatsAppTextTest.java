package dev.pennyworth.connectors.whatsapp;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WhatsAppTextTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "plain | plain",
        "**bold** and *slanted* | *bold* and _slanted_",
        "***both*** | _*both*_",
        "# A **strong** title | *A strong title*",
        "`code *1*` | `code *1*`",
        "[here](https://example.com/a_b_c) | here (https://example.com/a_b_c)",
        "<https://example.com> | https://example.com",
        "[https://example.com](https://example.com) | https://example.com",
        "![a cat](https://example.com/cat.png) | a cat (https://example.com/cat.png)",
        "snake_case_name and 2 * 3 * 4 | snake_case_name and 2 * 3 * 4",
        "a <b>tag</b> | a <b>tag</b>",
        "--- | ———"
      })
  void markdownBecomesWhatWhatsAppShows(String markdown, String shown) {
    assertThat(WhatsAppText.of(markdown)).isEqualTo(shown);
  }

  @Test
  void blocksKeepTheirLines() {
    assertThat(WhatsAppText.of("One\ntwo\n\n- a\n  - b\n- c\n\n3. x\n4. y\n\n> said\n> so"))
        .isEqualTo("One\ntwo\n\n- a\n  - b\n- c\n\n3. x\n4. y\n\n> said\n> so");
  }

  @Test
  void codeStaysAsItIs() {
    assertThat(WhatsAppText.of("See:\n\n```java\nint x = **1**;\n\n  y();\n```\nDone"))
        .isEqualTo("See:\n\n```\nint x = **1**;\n\n  y();\n```\n\nDone");
  }

  @Test
  void marksEndWithTheirLine() {
    assertThat(WhatsAppText.of("**one\ntwo**")).isEqualTo("*one*\n*two*");
  }

  @Test
  void nothingIsLost() {
    assertThat(WhatsAppText.of("[a]: https://example.com/a"))
        .isEqualTo("[a]: https://example.com/a");
  }
}
