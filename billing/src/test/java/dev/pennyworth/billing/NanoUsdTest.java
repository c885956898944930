package dev.pennyworth.billing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NanoUsdTest {

  @ParameterizedTest
  @CsvSource({
    "97950, 0.009795",
    "0, 0",
    "10000000, 1",
    "-97950, -0.009795",
    "5000000000, 500",
    "1, 0.0000001",
    "2085000, 0.2085",
    "-10000001, -1.0000001"
  })
  void centsAreWrittenExactlyWithoutTrailingZeros(long nanos, String cents) {
    assertThat(new NanoUsd(nanos).toCents()).isEqualTo(cents);
  }

  @Property
  void whatIsWrittenReadsBackAsTheSameAmount(
      @ForAll @LongRange(min = -9_000_000_000_000_000L, max = 9_000_000_000_000_000L) long nanos) {
    assertThat(NanoUsd.parseCents(new NanoUsd(nanos).toCents())).contains(new NanoUsd(nanos));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "1e2", "0.00000001", "+1", ".5", "1.", "NaN", "1 ", "1234567890123"})
  void whatIsNotAPlainAmountOfCentsIsRefused(String text) {
    assertThat(NanoUsd.parseCents(text)).isEmpty();
  }

  @Test
  void trailingZerosBeyondTheSeventhDigitChangeNothing() {
    assertThat(NanoUsd.parseCents("0.10000000000")).contains(new NanoUsd(1_000_000));
  }

  @Test
  void overflowThrows() {
    assertThatThrownBy(() -> new NanoUsd(Long.MAX_VALUE).plus(new NanoUsd(1)))
        .isInstanceOf(ArithmeticException.class);
  }
}
