package dev.pennyworth.billing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pennyworth.billing.ToolPrice.Rule;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// A base price of 100, 20 for the model small, 500 for the size 2, and 7 for each unit of count.
class ToolPriceTest {
  private static final ToolPrice PRICE =
      price(
          new Rule.Equal("model", "small", new NanoUsd(20)),
          new Rule.Equal("size", "2", new NanoUsd(500)),
          new Rule.PerUnit("count", new NanoUsd(7)));

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '#',
      value = {
        "{}                                     | 100",
        "##                                     | 100",
        "{'model':'large'}                      | 100",
        "{'model':'small'}                      | 20",
        "{'model':'Small'}                      | 100",
        "{'model':['small']}                    | 100",
        "{'model':null}                         | 100",
        "{'size':2}                             | 500",
        "{'size':'2'}                           | 500",
        "{'size':2.0}                           | 100",
        "{'size':2,'model':'small'}             | 20",
        "{'count':3}                            | 121",
        "{'model':'small','count':3}            | 41",
        "{'count':0}                            | 100",
        "{'count':-5}                           | 100",
        "{'count':-0.5}                         | 100",
        "{'count':0.001}                        | 107",
        "{'count':2.5}                          | 121",
        "{'count':1e-400}                       | 100",
        "{'count':999999}                       | 7000093",
        "{'count':1000000}                      | 7000100",
        "{'count':1000000.5}                    | 7000100",
        "{'count':1e400}                        | 7000100",
        "{'count':-1e400}                       | 100",
        "{'count':99999999999999999999999999}   | 7000100",
        "{'count':'abc'}                        | 121",
        "{'count':'😀'}                         | 107",
        "{'count':''}                           | 100",
        "{'count':[1,2]}                        | 114",
        "{'count':true}                         | 100",
        "{'count':null}                         | 100",
        "[3]                                    | 100",
        "'count'                                | 100",
        "null                                   | 100",
        "{'count':                              | 100",
        "not json                               | 100",
      })
  void aCallCostsWhatItsArgumentsSay(String arguments, long nanos) {
    assertThat(PRICE.of(arguments.replace('\'', '"'))).isEqualTo(new NanoUsd(nanos));
  }

  @Test
  void everyPricePerUnitAddsToTheOthers() {
    var price =
        price(new Rule.PerUnit("a", new NanoUsd(1)), new Rule.PerUnit("b", new NanoUsd(10)));

    assertThat(price.of("{\"a\":2,\"b\":3}")).isEqualTo(new NanoUsd(132));
  }

  @Test
  void theDearestCallOfTheDearestListDoesNotOverflow() {
    var dearest = NanoUsd.ofCents(10_000);
    var rules = new Rule[20];
    Arrays.fill(rules, new Rule.PerUnit("n", dearest));

    assertThat(price(rules).of("{\"n\":1000000}").nanos()).isPositive();
  }

  @Test
  void aNegativePriceIsRefused() {
    var list = Price.ofTool("t", "1");
    var minus = new NanoUsd(-1);

    assertThatThrownBy(() -> new ToolPrice(list, minus, List.of()))
        .hasMessageContaining("negative");
    assertThatThrownBy(() -> price(new Rule.Equal("a", "b", minus)))
        .hasMessageContaining("negative");
    assertThatThrownBy(() -> price(new Rule.PerUnit("a", minus))).hasMessageContaining("negative");
  }

  private static ToolPrice price(Rule... rules) {
    return new ToolPrice(Price.ofTool("t", "1"), new NanoUsd(100), List.of(rules));
  }
}
