package dev.pennyworth.botsapi.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pennyworth.billing.NanoUsd;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class MoneyTextTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        // nanos              | shown           | purse        | exact
        "0                    | $0.00           | $0.00        | $0.00",
        "1                    | $0.000000001    | $0.000000001 | $0.000000001",
        "900                  | $0.0000009      | $0.0000009   | $0.0000009",
        "161250               | $0.000161       | $0.000161    | $0.00016125",
        "10000000             | $0.01           | $0.01        | $0.01",
        "12345678             | $0.0123         | $0.01        | $0.012345678",
        "999999999            | $1.00           | $0.99        | $0.999999999",
        "4999926200           | $5.00           | $4.99        | $4.9999262",
        "-2500000000          | −$2.50          | −$2.50       | −$2.50",
        "1234567890000000     | $1,234,567.89   | $1,234,567.89| $1,234,567.89",
        "9223372036854775807  | $9,223,372,036.85 | $9,223,372,036.85 | $9,223,372,036.854775807",
      })
  void moneyHasItsUnitAndIsNeverScientific(long nanos, String shown, String purse, String exact) {
    var amount = new NanoUsd(nanos);

    assertThat(MoneyText.shown(amount)).isEqualTo(shown);
    assertThat(MoneyText.purse(amount)).isEqualTo(purse);
    assertThat(MoneyText.exact(amount)).isEqualTo(exact);
  }
}
