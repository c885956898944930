package dev.pennyworth.agentloop.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pennyworth.agentloop.SecretText;
import dev.pennyworth.agentloop.TestingOpenAiServer;
import dev.pennyworth.agentloop.model.ModelReply.Answered;
import dev.pennyworth.agentloop.model.TestingTranscripts.Transcript;
import dev.pennyworth.billing.NanoUsd;
import dev.pennyworth.billing.TestingHolds;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Answers as Anthropic sends them, through the real SDK, down to the nano-dollar.
class AnthropicTranscriptsTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(20);
  private static final TestingOpenAiServer SERVER = new TestingOpenAiServer();
  private static final HttpAnthropicConnection CONNECTION = new HttpAnthropicConnection();

  @AfterAll
  static void close() {
    CONNECTION.close();
    SERVER.close();
  }

  static List<Transcript> transcripts() {
    return TestingTranscripts.of("anthropic");
  }

  @ParameterizedTest
  @MethodSource("transcripts")
  void anAnswerComesOutAsWrittenAndCostsWhatIsWritten(Transcript transcript) throws Exception {
    SERVER.reply(transcript.reply());
    var model =
        new HttpAnthropicModel(
            CONNECTION,
            Optional.of(new SecretText("sk-ant-pooled")),
            Optional.of(URI.create("http://127.0.0.1:" + SERVER.port())));
    var heard = new StringBuilder();

    var reply =
        model
            .prepare(TestingRequests.of(transcript.model(), "Hello"))
            .call(TestingHolds.wallet(500), TIMEOUT, heard::append);

    assertThat(Transcript.actual(reply, cost(transcript.model(), reply)))
        .isEqualTo(transcript.expected());
    assertThat(heard.toString())
        .isEqualTo(reply instanceof Answered answered ? answered.text() : "");
    var received = SERVER.received().getLast();
    assertThat(received.path()).isEqualTo("/v1/messages");
    assertThat(received.body().path("model").asText()).isEqualTo(transcript.model());
    assertThat(received.body().path("stream").asBoolean()).isTrue();
    assertThat(received.body().path("max_tokens").asLong()).isEqualTo(500);
  }

  @Test
  void everyKindOfAnswerHasATranscript() {
    assertThat(transcripts())
        .extracting(Transcript::name)
        .contains("plain", "tools", "cached", "cached_1h", "reasoning", "refusal", "cut_stream")
        .contains("error_overloaded", "plain_json");
  }

  private static Optional<Long> cost(String model, ModelReply reply) {
    return reply instanceof Answered answered
        ? answered.usage().map(TestingHolds.shipped("anthropic", model)::cost).map(NanoUsd::nanos)
        : Optional.empty();
  }
}
