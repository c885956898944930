package dev.pennyworth.billing;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PostingTest {
  @Test
  void linesThatDoNotAddUpToZeroAreNoTransaction() {
    assertThatThrownBy(() ->
            new Posting(
                "somewhere",
                Posting.Kind.DEPOSIT,
                Optional.empty(),
                List.of(new Posting.Line(Posting.Account.WALLET, new NanoUsd(1)))))
        .hasMessageContaining("add up to zero");
  }
}
