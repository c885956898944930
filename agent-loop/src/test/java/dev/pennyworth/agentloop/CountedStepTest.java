package dev.pennyworth.agentloop;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pennyworth.agentloop.TestingOpenAiServer.Received;
import dev.pennyworth.agentloop.TestingOpenAiServer.Reply;
import dev.pennyworth.billing.BillingMode;
import dev.pennyworth.billing.LimitKind;
import dev.pennyworth.billing.NanoUsd;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/// Steps whose input the vendor counts for nothing, where money is short: a message of 10,000 bytes
/// that the vendor says has 2,000 tokens, so that 2,000 × 1.05 + 64 = 2,164 are held.
class CountedStepTest {
  private static final long TIGHT = 2_164;
  private static final int OUTPUT = 100;
  private static final String MESSAGE = "Tell me about it. ".repeat(556);

  private final TestingAgentLoop loop = new TestingAgentLoop();
  private final TestingAgentLoop.Node node = loop.start();

  /// Prices are those of the catalogue, a token's in nano-dollars; Anthropic's input is held at the
  /// price of cache writes.
  enum Vendor {
    ANTHROPIC("anthropic", "claude-sonnet-4-6", 3_750, 15_000),
    GEMINI("gemini", "gemini-2.5-flash", 150, 600);

    private final String provider;
    private final String model;
    private final long input;
    private final long output;

    Vendor(String provider, String model, long input, long output) {
      this.provider = provider;
      this.model = model;
      this.input = input;
      this.output = output;
    }

    private Reply count(String tokens) {
      return TestingOpenAiServer.ok(
          this == ANTHROPIC
              ? "{\"input_tokens\":" + tokens + "}"
              : "{\"totalTokens\":" + tokens + "}");
    }

    private Reply answer(long inputTokens, long outputTokens) {
      return TestingOpenAiServer.ok(
          this == ANTHROPIC
              ? """
              {"id":"msg_1","type":"message","role":"assistant","model":"m",
               "content":[{"type":"text","text":"Well."}],"stop_reason":"end_turn",
               "usage":{"input_tokens":%d,"output_tokens":%d}}
              """
                  .formatted(inputTokens, outputTokens)
              : """
              {"candidates":[{"content":{"parts":[{"text":"Well."}],"role":"model"},
                "finishReason":"STOP","index":0}],
               "usageMetadata":{"promptTokenCount":%d,"candidatesTokenCount":%d,
                "totalTokenCount":%d}}
              """
                  .formatted(inputTokens, outputTokens, inputTokens + outputTokens));
    }

    private long maxTokens(JsonNode body) {
      return (this == ANTHROPIC
              ? body.path("max_tokens")
              : body.at("/generationConfig/maxOutputTokens"))
          .asLong();
    }

    private long cost(long inputTokens, long outputTokens) {
      return inputTokens * input + outputTokens * output;
    }
  }

  @AfterEach
  void everythingIsSettled() {
    try (loop) {
      loop.assertAllIsSettled();
    }
  }

  private static boolean isCount(Received request) {
    return request.path().toLowerCase(Locale.ROOT).contains("count");
  }

  private List<Received> counts() {
    return loop.models.received().stream().filter(CountedStepTest::isCount).toList();
  }

  private List<Received> calls() {
    return loop.models.received().stream().filter(request -> !isCount(request)).toList();
  }

  private void reply(Reply count, Reply answer) {
    loop.models.replies(request -> isCount(request) ? count : answer);
  }

  private BotSettings bot(Vendor vendor, Map<LimitKind, NanoUsd> limits) {
    return loop.newBot(vendor.provider, vendor.model, BillingMode.WALLET, OUTPUT, limits);
  }

  private BotSettings bot(Vendor vendor, long cap) {
    return bot(vendor, Map.of(LimitKind.LIFETIME, new NanoUsd(cap)));
  }

  private TurnReport ask(BotSettings bot) {
    return node.ask(loop.message(bot, "ann", UUID.randomUUID().toString(), MESSAGE));
  }

  @ParameterizedTest
  @EnumSource
  void whereMoneyIsPlentyNothingIsCounted(Vendor vendor) {
    reply(vendor.count("2000"), vendor.answer(1_990, 7));

    var report = ask(bot(vendor, Map.of()));

    assertThat(report.stopReason()).contains("completed");
    assertThat(counts()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void aCapThatOnlyFitsTheVendorsCountLetsTheStepRunWhole(Vendor vendor) {
    reply(vendor.count("2000"), vendor.answer(1_990, 7));

    var report = ask(bot(vendor, vendor.cost(TIGHT, OUTPUT)));

    assertThat(report.stopReason()).as(report.toString()).contains("completed");
    assertThat(report.steps().getFirst().held().nanos()).isEqualTo(vendor.cost(TIGHT, OUTPUT));
    assertThat(counts()).hasSize(1);
    assertThat(vendor.maxTokens(calls().getFirst().body())).isEqualTo(OUTPUT);
    assertThat(loop.figure("SELECT count(*) FROM event WHERE type = 'bot.cap.reached'")).isZero();
  }

  @ParameterizedTest
  @EnumSource
  void whatIsLeftOfAShortCapAfterTheCountLowersTheAnswer(Vendor vendor) {
    reply(vendor.count("2000"), vendor.answer(1_990, 7));

    var report = ask(bot(vendor, vendor.cost(TIGHT, 40)));

    assertThat(report.stopReason()).contains("completed");
    assertThat(vendor.maxTokens(calls().getFirst().body())).isEqualTo(40);
  }

  @ParameterizedTest
  @EnumSource
  void aCapThatTheCountDoesNotFitRefusesTheStepByTheCount(Vendor vendor) {
    reply(vendor.count("2000"), vendor.answer(1_990, 7));

    var report = ask(bot(vendor, vendor.cost(TIGHT, 16) - 1));

    assertThat(report.stopReason()).contains("spending_cap");
    assertThat(report.refusal().orElseThrow().needed()).isEqualTo(vendor.cost(TIGHT, 16));
    assertThat(calls()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void aCapThatNoCountCouldHelpAsksNobody(Vendor vendor) {
    assertThat(ask(bot(vendor, vendor.cost(1, 15))).stopReason()).contains("spending_cap");
    assertThat(loop.models.received()).isEmpty();
  }

  static List<Arguments> countsThatAreNone() {
    return List.of(Vendor.values()).stream()
        .flatMap(vendor ->
            List.of(
                    vendor.count("0"),
                    vendor.count("-5"),
                    vendor.count("99999999"),
                    vendor.count("9999999999999999999999"),
                    vendor.count("\"many\""),
                    vendor.count("null"),
                    TestingOpenAiServer.ok("no JSON"),
                    TestingOpenAiServer.ok("[]"),
                    TestingOpenAiServer.error(500, "oops", "out of order"),
                    TestingOpenAiServer.error(404, "not_found_error", "no such path"),
                    new Reply.Cut(),
                    new Reply.CutHalfway("{\"input_tokens\":2000}"))
                .stream()
                .map(reply -> Arguments.of(vendor, reply)))
        .toList();
  }

  @ParameterizedTest
  @MethodSource("countsThatAreNone")
  void withoutACountTheBytesDecideAsBefore(Vendor vendor, Reply count) {
    reply(count, vendor.answer(1_990, 7));

    var report = ask(bot(vendor, vendor.cost(TIGHT, OUTPUT)));

    assertThat(report.stopReason()).contains("spending_cap");
    assertThat(report.refusal().orElseThrow().needed())
        .isGreaterThan(vendor.cost(MESSAGE.length(), 16));
    assertThat(counts()).hasSize(1);
    assertThat(calls()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void withoutACountTheAnswerIsLoweredAsBefore(Vendor vendor) {
    reply(TestingOpenAiServer.error(500, "oops", "out of order"), vendor.answer(1_990, 7));

    var report = ask(bot(vendor, vendor.cost(MESSAGE.length() + 1_500, 60)));

    assertThat(report.stopReason()).contains("completed");
    assertThat(vendor.maxTokens(calls().getFirst().body())).isBetween(16L, (long) OUTPUT);
  }

  @ParameterizedTest
  @EnumSource
  void aCountThatNeverComesIsWaitedForOnlyBriefly(Vendor vendor) {
    reply(new Reply.Hang(), vendor.answer(1_990, 7));

    var report = ask(bot(vendor, vendor.cost(TIGHT, OUTPUT)));

    assertThat(report.stopReason()).contains("spending_cap");
    assertThat(report.latency().orElseThrow())
        .isBetween(Duration.ofMillis(1_900), Duration.ofSeconds(10));
  }

  @ParameterizedTest
  @EnumSource
  void whatTheVendorBillsBeyondItsCountIsTheHousesAndNeverAboveTheCap(Vendor vendor) {
    long cap = vendor.cost(TIGHT, OUTPUT);
    reply(vendor.count("2000"), vendor.answer(50_000, 7));

    var report = ask(bot(vendor, cap));

    assertThat(report.stopReason()).contains("completed");
    assertThat(report.billed().nanos()).isEqualTo(cap);
    assertThat(
            loop.figure(
                """
                SELECT count(*)
                FROM budget
                WHERE kind = 'lifetime' AND spent_nanos = ? AND held_nanos = 0
                """,
                cap))
        .isEqualTo(1);
    assertThat(
            loop.figure("SELECT count(*) FROM ledger_transaction WHERE 'over_hold' = ANY(flags)"))
        .isEqualTo(1);
  }

  /// What it waits for is what it would be held at.
  @Test
  void aTurnThatWasCountedWaitsForRoomForTheCount() {
    var vendor = Vendor.ANTHROPIC;
    reply(vendor.count("2000"), vendor.answer(1_990, 7));
    var bot = loop.change(bot(vendor, vendor.cost(TIGHT, 16) - 1), Map.of("parksOnLimit", true));
    var parked = ask(bot);
    loop.parking().releaseAll();

    loop.setLimits(bot, Map.of(LimitKind.LIFETIME, new NanoUsd(vendor.cost(TIGHT, 16))));
    loop.parking().releaseAll();

    assertThat(parked.status()).isEqualTo("parked");
    Eventually.holds("the turn has ended", () -> node.await(parked.id()).status().equals("done"));
    assertThat(vendor.maxTokens(calls().getFirst().body())).isEqualTo(16);
    assertThat(counts()).hasSize(2);
  }
}
