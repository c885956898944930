package dev.pennyworth.agentloop.tools;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ToolNamesTest {
  private final ToolNames names = new ToolNames();

  @Test
  void aNameStaysIfItCan() {
    assertThat(names.give("get-sum", "server", false)).isEqualTo("get-sum");
  }

  @Test
  void whatAProviderWouldRefuseIsReplaced() {
    assertThat(names.give("häuser.suchen", "server", false)).isEqualTo("h_user_suchen");
    assertThat(names.give("", "server", false)).isEqualTo("_");
    assertThat(names.give("a".repeat(100), "server", false)).hasSize(64);
  }

  @Test
  void aSharedNameShowsItsServer() {
    assertThat(names.give("search", "first", true)).isEqualTo("first_search");
    assertThat(names.give("search", "my second", true)).isEqualTo("my_second_search");
  }

  @Test
  void noNameIsGivenTwice() {
    assertThat(names.give("search", "web", false)).isEqualTo("search");
    assertThat(names.give("search", "web", false)).isEqualTo("web_search");
    assertThat(names.give("search", "web", false)).isEqualTo("web_search_2");
    assertThat(names.give("x".repeat(64), "web", false)).hasSize(64);
    assertThat(names.give("web_" + "x".repeat(60), "web", false)).hasSize(64);
    assertThat(names.give("x".repeat(64), "web", false)).hasSize(64).endsWith("_2");
  }
}
