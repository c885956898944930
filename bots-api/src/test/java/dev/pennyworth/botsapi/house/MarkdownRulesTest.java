package dev.pennyworth.botsapi.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MarkdownRulesTest {
  private static final TextFile BILLING =
      new TextFile(
          "docs/BILLING.md",
          """
          # Billing
          ## Hold, settle & void
          ## `NanoUsd` is a [long](../pom.xml)
          ## Guards
          ## Guards
          ```
          ## not_a_heading
          ```
          """);

  @Test
  void anchorsAreThoseOfGitHub() {
    assertThat(MarkdownRules.anchors(BILLING))
        .containsExactlyInAnyOrder(
            "billing", "hold-settle--void", "nanousd-is-a-long", "guards", "guards-1");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "See [it](MISSING.md).",
        "See [it](BILLING.md#prices).",
        "See [it](../billing).",
        "See [it](/docs/BILLING.md).",
        "See [it](#nowhere).",
        "See [it](../pom.xml#L12).",
        "![it](picture.png)",
        "[![it](picture.png)](https://example.org)",
        "[it]: MISSING.md"
      })
  void aDeadLinkIsFound(String line) {
    assertThat(check(line)).hasSize(1).allSatisfy(f -> assertThat(f.line()).isEqualTo(3));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "See [it](BILLING.md), [that](./BILLING.md#guards-1) and [here](#top).",
        "See [a folder](../docs/) and [the root's file](../pom.xml).",
        "See [it](https://example.org/a#L1) or [write](mailto:a@example.org).",
        "Write `[it](MISSING.md)`.",
        "```\n[it](MISSING.md)\n```",
        "[it]: BILLING.md"
      })
  void aLinkThatLeadsSomewhereIsLeftAlone(String line) {
    assertThat(check(line)).isEmpty();
  }

  private static List<Finding> check(String line) {
    return MarkdownRules.check(
        List.of(
            new TextFile("docs/PAGE.md", "# Top\n\n" + line + "\n"),
            new TextFile("pom.xml", ""),
            BILLING));
  }
}
