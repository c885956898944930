package dev.pennyworth.agentloop.tools;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pennyworth.agentloop.model.ToolCall;
import dev.pennyworth.agentloop.tools.RepeatedCalls.Verdict;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RepeatedCallsTest {
  private final RepeatedCalls calls = new RepeatedCalls();

  private static ToolCall call(String arguments) {
    return new ToolCall("call_1", "search", arguments);
  }

  private Verdict ask(String arguments) {
    return calls.of(call(arguments), List.of());
  }

  @Test
  void aNewCallIsRun() {
    calls.note(call("{\"q\":\"a\"}"), "found", ToolEnd.DONE);

    assertThat(ask("{\"q\":\"b\"}")).isInstanceOf(Verdict.Run.class);
    assertThat(calls.of(new ToolCall("call_1", "find", "{\"q\":\"a\"}"), List.of()))
        .isInstanceOf(Verdict.Run.class);
  }

  @Test
  void theSecondIsAnsweredFromTheFirstAndTheThirdIsStopped() {
    calls.note(call("{}"), "found", ToolEnd.DONE);

    var second = (Verdict.Answer) ask("{}");
    assertThat(second.text()).endsWith("found").contains("not run again");
    assertThat(second.end()).isEqualTo(ToolEnd.DONE);

    calls.note(call("{}"), second.text(), second.end());
    var third = (Verdict.Answer) ask("{}");
    assertThat(third.text()).contains("3 times").contains("Answer with what you have");
    assertThat(third.end()).isEqualTo(ToolEnd.FAILED);
  }

  @Test
  void aFailedCallMayBeTriedOnceMore() {
    calls.note(call("{}"), "down", ToolEnd.FAILED);
    assertThat(ask("{}")).isInstanceOf(Verdict.Run.class);

    calls.note(call("{}"), "down", ToolEnd.FAILED);
    assertThat(ask("{}")).isInstanceOf(Verdict.Answer.class);
  }

  @Test
  void aCallThatMayHaveActedIsNotTriedAgain() {
    calls.note(call("{}"), "It is not known.", ToolEnd.UNKNOWN);

    assertThat(((Verdict.Answer) ask("{}")).end()).isEqualTo(ToolEnd.UNKNOWN);
  }

  @Test
  void twoInOneBreathAreMeantTheThirdIsNot() {
    var call = call("{}");

    assertThat(calls.of(call, List.of(call))).isInstanceOf(Verdict.Run.class);
    assertThat(calls.of(call, List.of(call, call))).isInstanceOf(Verdict.Answer.class);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"a\":1,\"b\":[{\"d\":1,\"c\":2}]} | { \"b\": [ {\"c\":2.0,\"d\":1} ], \"a\": 1e0 } | true",
        "{\"a\":1} | {\"a\":2} | false",
        "{\"a\":1} | {\"a\":\"1\"} | false",
        "{\"a\":[1,2]} | {\"a\":[2,1]} | false",
        "'' | {} | true",
        "not json | not json | true",
      })
  void sameMeansTheSameJson(String first, String second, boolean isSame) {
    calls.note(call(first), "found", ToolEnd.DONE);

    assertThat(ask(second) instanceof Verdict.Answer).isEqualTo(isSame);
  }
}
