package dev.pennyworth.connectors.telegram;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TelegramHtmlTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "1 < 2 & 3 | 1 &lt; 2 &amp; 3",
        "*a* **b** `c<d` | <i>a</i> <b>b</b> <code>c&lt;d</code>",
        "[a](https://e.com/?a=1&b=2) | <a href=\"https://e.com/?a=1&amp;b=2\">a</a>",
        "<script>x</script> | &lt;script&gt;x&lt;/script&gt;",
        "# Title | <b>Title</b>",
        "> said | <blockquote>said</blockquote>",
        "- one | • one",
        "7. one | 7. one"
      })
  void markdownBecomesTheTagsThatTelegramKnows(String markdown, String html) {
    assertThat(TelegramHtml.of(markdown)).isEqualTo(html);
  }
}
