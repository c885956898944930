package dev.pennyworth.billing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class JdbcPricesTest {
  private final TestingBilling billing = new TestingBilling();

  @AfterEach
  void close() {
    billing.close();
  }

  @Test
  void aPublishedPriceKeepsItsFigures() {
    var price = TestingBilling.GPT_4O_MINI;
    var dearer =
        new Price(
            price.id(),
            price.provider(),
            price.model(),
            price.name(),
            price.inputNanosPerMillion() + 1,
            price.outputNanosPerMillion(),
            price.cacheReadNanosPerMillion(),
            price.cacheWriteNanosPerMillion(),
            price.callsTools(),
            price.effectiveFrom());

    assertThatThrownBy(() -> billing.prices.publish(List.of(dearer)))
        .hasMessageContaining("later effective_from");
    assertThat(billing.prices.current(price.provider(), price.model())).contains(price);
  }
}
