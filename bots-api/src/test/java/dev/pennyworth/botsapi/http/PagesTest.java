package dev.pennyworth.botsapi.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pennyworth.connectors.HttpFailure;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class PagesTest {
  private static final List<String> ROWS = List.of("a", "b", "c");

  @Test
  void aPageLeadsToTheNext() {
    var first = request("2", null);
    var page = first.page(ROWS.subList(0, first.rows()), row -> row);

    assertThat(page.rows()).containsExactly("a", "b");
    assertThat(request("2", page.nextCursor()).after()).contains("b");
  }

  @Test
  void theLastPageLeadsNowhere() {
    assertThat(request("3", null).page(ROWS, row -> row).nextCursor()).isNull();
  }

  @Test
  void fiftyRowsAreAPageWhenNothingIsSaid() {
    assertThat(request(null, null).limit()).isEqualTo(50);
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "201", "-1", "x", "", "1.5", "999999999999", "010"})
  void aLimitOutsideOneToTwoHundredIsRefused(String limit) {
    assertThatThrownBy(() -> request(limit, null))
        .isInstanceOfSatisfying(
            HttpFailure.class,
            failure -> {
              assertThat(failure.status()).isEqualTo(422);
              assertThat(failure.details()).containsEntry("allowed", "1-200");
            });
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "!", "bm90IGEga2V5"})
  void aCursorOfSomethingElseIsRefused(String cursor) {
    assertThatThrownBy(() -> request(null, cursor))
        .isInstanceOfSatisfying(
            HttpFailure.class, failure -> assertThat(failure.status()).isEqualTo(422));
  }

  private static Pages.Request<String> request(@Nullable String limit, @Nullable String cursor) {
    return Pages.request(limit, cursor, text -> Optional.of(text).filter(t -> t.matches("[a-z]")));
  }
}
