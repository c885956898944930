package dev.pennyworth.connectors.slack;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SlackMrkdwnTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '→',
      value = {
        "1 < 2 & 3 → 1 &lt; 2 &amp; 3",
        "*a* **b** `c<d` → _a_ *b* `c&lt;d`",
        "[a](https://e.com/?a=1&b=2) → <https://e.com/?a=1&amp;b=2|a>",
        "<https://e.com/> → <https://e.com/>",
        "[a](https://e.com/a|b) → <https://e.com/a%7Cb|a>",
        "[a](/b) → a (/b)",
        "[![a](https://e.com/a.png)](https://e.com/b) → <https://e.com/b|a (https://e.com/a.png)>",
        "<script>x</script> → &lt;script&gt;x&lt;/script&gt;",
        "# Title **bold** → *Title bold*",
        "> said → > said",
        "- one → • one",
        "7. one → 7. one"
      })
  void markdownBecomesMrkdwn(String markdown, String mrkdwn) {
    assertThat(SlackMrkdwn.of(markdown)).isEqualTo(mrkdwn);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<!channel>",
        "text <!here> text",
        "<!everyone|everyone>",
        "**<!channel>**",
        "[all](!channel)",
        "[all](<!channel>)",
        "<!channel>\n\ntext",
        "`<!channel>`",
        "```\n<!channel>\n```",
        "    <!channel>",
        "> <!channel>",
        "- <@U7001> <#C1>",
        "[a]: !channel\n\n[a]",
        "![a](!here)",
        "[<!channel>](https://e.com)",
        "&lt;!channel&gt;",
        "\\<!channel>"
      })
  void nobodyIsCalledByAnAnswer(String markdown) {
    assertThat(SlackMrkdwn.of(markdown)).doesNotContain("<!", "<@", "<#");
    assertThat(SlackMrkdwn.escaped(markdown)).doesNotContain("<");
  }

  @Test
  void aCodeBlockKeepsItsLines() {
    assertThat(SlackMrkdwn.of("```java\nint x = 1;\n\n  y();\n```"))
        .isEqualTo("```\nint x = 1;\n\n  y();\n```");
  }
}
