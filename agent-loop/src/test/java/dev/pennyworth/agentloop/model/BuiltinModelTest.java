package dev.pennyworth.agentloop.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pennyworth.agentloop.model.ModelReply.Answered;
import dev.pennyworth.agentloop.model.ModelReply.Finish;
import dev.pennyworth.billing.TestingHolds;
import dev.pennyworth.billing.TokenUsage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BuiltinModelTest {
  private static final ToolSpec CURRENT_TIME =
      new ToolSpec("current_time", "Tells the time.", "{\"type\":\"object\"}");
  private static final ToolSpec ADD = new ToolSpec("add", "Adds.", "{\"type\":\"object\"}");
  private static final long ENOUGH = 1_000;

  private final BuiltinModel model = new BuiltinModel();

  @Test
  void itSaysWhatItIsAndWhatItHeard() throws Exception {
    var answered = answer("Good morning", List.of());

    assertThat(answered.text())
        .contains("practice model")
        .contains("not a language model")
        .contains("“Good morning”")
        .contains("the first message");
    assertThat(answered.finish()).isEqualTo(Finish.STOP);
  }

  @Test
  void theSameRequestGetsTheSameAnswer() throws Exception {
    assertThat(answer("again", List.of(ADD))).isEqualTo(answer("again", List.of(ADD)));
  }

  @Test
  void itTellsHowManyEarlierMessagesItSees() throws Exception {
    var history =
        List.of(
            new ChatMessage.User("one"),
            new ChatMessage.Assistant("two", List.of()),
            new ChatMessage.User("three"),
            new ChatMessage.Assistant("", List.of(new ToolCall("c", "add", "{}"))),
            new ChatMessage.ToolResult("c", "add", "3"),
            new ChatMessage.Assistant("four", List.of()));

    var answered = call(request("pennyworth-mini", history, "five", List.of()), ENOUGH);

    assertThat(answered.text()).contains("4 earlier messages");
  }

  @ParameterizedTest
  @ValueSource(strings = {"pennyworth-mini", "pennyworth-free"})
  void inputIsOneFigureEverywhere(String name) throws Exception {
    var history =
        List.<ChatMessage>of(
            new ChatMessage.User("first"), new ChatMessage.Assistant("second", List.of()));
    var prepared =
        model.prepare(request(name, history, "<|endoftext|> नमस्ते", List.of(CURRENT_TIME, ADD)));

    var usage =
        usage((Answered) prepared.call(TestingHolds.wallet(ENOUGH), Duration.ZERO, _ -> {}));

    assertThat(prepared.inputParts().total()).isPositive();
    assertThat(usage.inputInAll())
        .isEqualTo(prepared.inputParts().total())
        .isEqualTo(prepared.inputTokensMax())
        .isEqualTo(prepared.inputTokensMaxTight());
  }

  @Test
  void partsTellWhereTokensComeFrom() throws Exception {
    var messages =
        List.<ChatMessage>of(
            new ChatMessage.User("history"),
            new ChatMessage.User("current"),
            new ChatMessage.Assistant("", List.of(new ToolCall("c", "add", "{}"))),
            new ChatMessage.ToolResult("c", "add", "result"));
    var request = request("pennyworth-mini", messages, 1, List.of());
    var counter = TokenCounter.o200k();

    assertThat(model.prepare(request).inputParts())
        .isEqualTo(
            new InputParts(
                counter.count("You help."),
                0,
                counter.count("history"),
                counter.count("current"),
                counter.count("add") + counter.count("{}") + counter.count("result")));
  }

  @Test
  void eachToolLineIsACallOfItsOwn() throws Exception {
    var answered =
        answer(
            """
            Please look:
            /tool current_time {"zone":"Europe/Berlin"}
              /tool add\t{"a":1,"b":2}\s
            /tool current_time
            """,
            List.of(CURRENT_TIME, ADD));

    assertThat(answered.finish()).isEqualTo(Finish.TOOL_CALLS);
    assertThat(answered.toolCalls())
        .containsExactly(
            new ToolCall("call_1", "current_time", "{\"zone\":\"Europe/Berlin\"}"),
            new ToolCall("call_2", "add", "{\"a\":1,\"b\":2}"),
            new ToolCall("call_3", "current_time", "{}"));
    assertThat(usage(answered).output()).isPositive();
  }

  @Test
  void aToolThatIsNotOfferedIsNotCalled() throws Exception {
    var answered = answer("/tool launch_rocket {}", List.of(CURRENT_TIME, ADD));

    assertThat(answered.toolCalls()).isEmpty();
    assertThat(answered.text()).contains("launch_rocket").contains("current_time, add");
  }

  @Test
  void toolResultsAreToldInTheAnswer() throws Exception {
    var messages =
        List.<ChatMessage>of(
            new ChatMessage.User("/tool add {\"a\":1}\n/tool current_time"),
            new ChatMessage.Assistant(
                "",
                List.of(
                    new ToolCall("call_1", "add", "{\"a\":1}"),
                    new ToolCall("call_2", "current_time", "{}"))),
            new ChatMessage.ToolResult("call_1", "add", "the sum is 1"),
            new ChatMessage.ToolResult("call_2", "current_time", "noon"));

    var answered = call(request("pennyworth-mini", messages, 0, List.of(ADD)), ENOUGH);

    assertThat(answered.toolCalls()).isEmpty();
    assertThat(answered.text()).contains("the sum is 1").contains("noon");
    assertThat(answered.finish()).isEqualTo(Finish.STOP);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 16, 40})
  void anAnswerIsCutAtTheHoldsTokens(long outputTokensMax) throws Exception {
    var request = request("pennyworth-mini", List.of(), "👩‍👩‍👧‍👦".repeat(30), List.of());

    var answered = call(request, outputTokensMax);

    assertThat(answered.finish()).isEqualTo(Finish.LENGTH);
    assertThat(usage(answered).output())
        .isEqualTo(TokenCounter.o200k().count(answered.text()))
        .isLessThanOrEqualTo(outputTokensMax);
  }

  @Test
  void aToolCallThatDoesNotFitIsNotMade() throws Exception {
    var request =
        request("pennyworth-mini", List.of(), "/tool add {\"a\":123456789}", List.of(ADD));

    var answered = call(request, 3);

    assertThat(answered.toolCalls()).isEmpty();
    assertThat(answered.finish()).isEqualTo(Finish.LENGTH);
  }

  @Test
  void anUnknownModelIsUnavailable() {
    assertThatThrownBy(() -> model.prepare(request("gpt-4o", List.of(), "hi", List.of())))
        .isInstanceOf(ModelUnavailable.class)
        .hasMessageContaining("gpt-4o")
        .hasMessageContaining("pennyworth-mini or pennyworth-free");
  }

  private Answered answer(String message, List<ToolSpec> tools) throws ModelUnavailable {
    return call(request("pennyworth-mini", List.of(), message, tools), ENOUGH);
  }

  private Answered call(ModelRequest request, long outputTokensMax) throws ModelUnavailable {
    return (Answered)
        model
            .prepare(request)
            .call(TestingHolds.wallet(outputTokensMax), Duration.ofSeconds(1), _ -> {});
  }

  private static TokenUsage usage(Answered answered) {
    return answered.usage().orElseThrow();
  }

  private static ModelRequest request(
      String name, List<? extends ChatMessage> history, String message, List<ToolSpec> tools) {
    var messages = new ArrayList<ChatMessage>(history);
    messages.add(new ChatMessage.User(message));
    return request(name, messages, history.size(), tools);
  }

  private static ModelRequest request(
      String name, List<ChatMessage> messages, int current, List<ToolSpec> tools) {
    return new ModelRequest(
        name,
        Optional.empty(),
        Optional.empty(),
        "You help.",
        messages,
        current,
        tools,
        OptionalDouble.empty());
  }
}
