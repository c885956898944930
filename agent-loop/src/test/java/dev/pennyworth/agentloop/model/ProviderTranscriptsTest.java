package dev.pennyworth.agentloop.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pennyworth.agentloop.SecretText;
import dev.pennyworth.agentloop.TestingOpenAiServer;
import dev.pennyworth.agentloop.TokenBreakdown;
import dev.pennyworth.agentloop.model.ModelReply.Answered;
import dev.pennyworth.agentloop.model.TestingTranscripts.Transcript;
import dev.pennyworth.billing.NanoUsd;
import dev.pennyworth.billing.TestingHolds;
import dev.pennyworth.billing.TokenUsage;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Answers as providers send them, through the real SDKs, down to the nano-dollar.
///
/// A line `# ask.words: N` makes the question that many words long, so that it is about as long as
/// the prompt that the provider counted.
class ProviderTranscriptsTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(20);
  private static final Optional<SecretText> KEY = Optional.of(new SecretText("pooled"));
  private static final TestingOpenAiServer SERVER = new TestingOpenAiServer();
  private static final HttpOpenAiConnection OPENAI = new HttpOpenAiConnection();
  private static final HttpGeminiConnection GEMINI =
      new HttpGeminiConnection(URI.create("http://127.0.0.1:" + SERVER.port()));

  /// The first use of an SDK takes seconds, which belong to no transcript.
  @BeforeAll
  static void warmUp() throws Exception {
    replay("openai", TestingTranscripts.of("openai").getFirst());
    replay("gemini", TestingTranscripts.of("gemini").getFirst());
  }

  @AfterAll
  static void close() {
    OPENAI.close();
    GEMINI.close();
    SERVER.close();
  }

  static List<Transcript> openai() {
    return TestingTranscripts.of("openai");
  }

  static List<Transcript> groq() {
    return TestingTranscripts.of("groq");
  }

  static List<Transcript> workersAi() {
    return TestingTranscripts.of("workers-ai");
  }

  static List<Transcript> custom() {
    return TestingTranscripts.of("custom");
  }

  static List<Transcript> gemini() {
    return TestingTranscripts.of("gemini");
  }

  @ParameterizedTest
  @MethodSource("openai")
  void openAisAnswersCostWhatIsWritten(Transcript transcript) throws Exception {
    assertGolden("openai", transcript);
  }

  @ParameterizedTest
  @MethodSource("groq")
  void groqsAnswersCostWhatIsWritten(Transcript transcript) throws Exception {
    assertGolden("groq", transcript);
  }

  @ParameterizedTest
  @MethodSource("workersAi")
  void workersAisAnswersCostWhatIsWritten(Transcript transcript) throws Exception {
    assertGolden("workers-ai", transcript);
  }

  @ParameterizedTest
  @MethodSource("custom")
  void customServersAnswersCostWhatIsWritten(Transcript transcript) throws Exception {
    assertGolden("custom", transcript);
  }

  @ParameterizedTest
  @MethodSource("gemini")
  void geminisAnswersCostWhatIsWritten(Transcript transcript) throws Exception {
    assertGolden("gemini", transcript);
  }

  @ParameterizedTest
  @ValueSource(strings = {"openai", "groq", "workers-ai", "custom", "gemini"})
  void everyKindOfAnswerHasATranscript(String provider) {
    assertThat(TestingTranscripts.of(provider))
        .extracting(Transcript::name)
        .contains("plain", "tools", "cached", "reasoning", "refusal", "error")
        .contains("cut_stream", "plain_json");
  }

  private static void assertGolden(String provider, Transcript transcript) throws Exception {
    var replay = replay(provider, transcript);

    var reply = replay.reply();
    assertThat(Transcript.actual(reply, cost(provider, transcript.model(), reply)))
        .isEqualTo(transcript.expected());
    if (reply instanceof Answered answered) {
      assertThat(replay.heard()).isEqualTo(answered.text());
      answered.usage().ifPresent(usage -> assertAddsUp(replay.prepared(), usage));
    }
  }

  /// The bounds hold, and the breakdown is of all that was billed.
  private static void assertAddsUp(ModelClient.Prepared prepared, TokenUsage usage) {
    assertThat(usage.inputInAll())
        .isLessThanOrEqualTo(prepared.inputTokensMaxTight())
        .isLessThanOrEqualTo(prepared.inputTokensMax());
    var breakdown =
        TokenBreakdown.apportion(prepared.inputParts(), usage.inputInAll(), usage.output());
    assertThat(breakdown.total()).isEqualTo(usage.inAll());
  }

  private record Replay(ModelClient.Prepared prepared, ModelReply reply, String heard) {}

  private static Replay replay(String provider, Transcript transcript) throws ModelUnavailable {
    SERVER.reply(transcript.reply());
    var request = TestingRequests.of(transcript.model(), question(transcript));
    var prepared =
        client(provider)
            .prepare(
                provider.equals("custom")
                    ? TestingRequests.at(request, SERVER.baseUrl())
                    : request);
    var heard = new StringBuilder();
    var reply = prepared.call(TestingHolds.wallet(2_000), TIMEOUT, heard::append);
    return new Replay(prepared, reply, heard.toString());
  }

  private static String question(Transcript transcript) {
    var words = transcript.head().getOrDefault("ask.words", List.of("1")).getFirst();
    return "Hello" + " again".repeat(Integer.parseInt(words) - 1);
  }

  private static ModelClient client(String provider) {
    var url = Optional.of(SERVER.baseUrl());
    return switch (provider) {
      case "openai" -> HttpOpenAiModel.openai(OPENAI, KEY, url);
      case "groq" -> HttpOpenAiModel.groq(OPENAI, KEY, url);
      case "workers-ai" -> HttpOpenAiModel.workersAi(OPENAI, KEY, url);
      case "custom" -> HttpOpenAiModel.custom(OPENAI, true);
      default -> new HttpGeminiModel(GEMINI, KEY);
    };
  }

  private static Optional<Long> cost(String provider, String model, ModelReply reply) {
    return reply instanceof Answered answered
        ? answered.usage().map(TestingHolds.shipped(provider, model)::cost).map(NanoUsd::nanos)
        : Optional.empty();
  }
}
