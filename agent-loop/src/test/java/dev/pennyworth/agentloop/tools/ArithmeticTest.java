package dev.pennyworth.agentloop.tools;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ArithmeticTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "1 + 2 * 3 | 7",
        "(1 + 2) * 3 | 9",
        "0.1 + 0.2 | 0.3",
        "19.99 * 3 | 59.97",
        "1 / 8 | 0.125",
        "10 / 3 | 3.333333333333333333333333333333333",
        "6 / 3 | 2",
        "-2 ^ 2 | -4",
        "2 ^ 3 ^ 2 | 512",
        "2 ^ (-2) | 0.25",
        "2 ^ 200 | 1606938044258990275541962092341162602522202993782792835301376",
        "17 % 5 | 2",
        "1e3 + 1 | 1001",
        "ROUND(2.345, 2) | 2.35",
        "ROUND(100 / 7, 2) | 14.29",
        "FLOOR(-1.5) | -2",
        "CEILING(1.2) | 2",
        "SQRT(2) | 1.414213562373095048801688724209698",
        "MAX(1, 7, 3) - MIN(4, 2) | 5",
        "SUM(1, 2, 3) / AVERAGE(2, 4) | 2",
        "ABS(-3) * PI | 9.424777960769379715387930149838508652",
        "0 * 5 | 0",
        "12345678901234567890 * 98765432109876543210 | 1219326311370217952237463801111263526900",
      })
  void calculates(String expression, String value) {
    assertThat(Arithmetic.of(expression)).isEqualTo(value);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1 / 0",
        "5 % 0",
        "0 ^ -1",
        "1 +",
        "",
        "two + 2",
        "\"a\" + \"b\"",
        "FACT(1000000)",
        "RANDOM()",
        "ABS()",
        "SQRT(-1)",
        "1e999999999",
        "FLOOR(1e999999999)",
        "9 ^ 9 ^ 9 ^ 9",
        "10 ^ 10001",
        "ROUND(1, 999999999)",
        "1 > 2",
        "2 ^ -2", // EvalEx wants parentheses here
      })
  void refusesWhatHasNoValueOrNoBound(String expression) {
    long startedNanos = System.nanoTime();

    assertThatThrownBy(() -> Arithmetic.of(expression)).isInstanceOf(ArithmeticException.class);

    assertThat(Duration.ofNanos(System.nanoTime() - startedNanos))
        .isLessThan(Duration.ofSeconds(2));
  }

  @Test
  void refusesAnExpressionThatIsTooLong() {
    assertThatThrownBy(() -> Arithmetic.of("1" + "+1".repeat(250)))
        .isInstanceOf(ArithmeticException.class)
        .hasMessageContaining("500");
    assertThat(Arithmetic.of("1" + "+1".repeat(249))).isEqualTo("250");
  }
}
