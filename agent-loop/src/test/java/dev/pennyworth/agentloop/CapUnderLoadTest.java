package dev.pennyworth.agentloop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pennyworth.agentloop.TestingOpenAiServer.Received;
import dev.pennyworth.agentloop.TestingOpenAiServer.Reply;
import dev.pennyworth.billing.Ask;
import dev.pennyworth.billing.BillingMode;
import dev.pennyworth.billing.Booking;
import dev.pennyworth.billing.HoldRequest;
import dev.pennyworth.billing.LimitKind;
import dev.pennyworth.billing.NanoUsd;
import dev.pennyworth.billing.Refusal;
import dev.pennyworth.billing.Reservation;
import dev.pennyworth.billing.Resolution;
import dev.pennyworth.billing.Settlement;
import dev.pennyworth.billing.StepKey;
import dev.pennyworth.billing.TokenUsage;
import dev.pennyworth.billing.TurnId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// A thousand messages from 50 concurrent senders, and money for a part of them.
///
/// The arithmetic, in nano-dollars at 150 a token of input and 600 a token of output:
///
/// - Each reply costs 485 x 150 + 42 x 600 = 97,950.
/// - The least that can be held is the tight bound of the input and 16 tokens of output. "Be
///   brief." counts 3 tokens, "Hello!" 2, and 8 for each of the two messages: 21, a tenth more is
///   24 rounded up, and 1,024: 1,048 x 150 + 16 x 600 = 166,800.
/// - Money that is there is 30,000,000 (and 50). The n-th reply can be had while 166,800 are left:
///   30,000,000 - 304 x 97,950 = 223,200 are enough for the 305th, 125,250 are not for the 306th.
class CapUnderLoadTest {
  private static final int MESSAGES = 1_000;
  private static final int SENDERS = 50;
  private static final int TRIES_MAX = 2_000;
  private static final int TOKENS_WANTED = 1_000;
  private static final long REPLY_NANOS = 97_950;
  private static final long LEAST_HOLD_NANOS = 166_800;
  private static final long MONEY_NANOS = 30_000_000;
  private static final int REPLIES = 305;

  private final TestingAgentLoop loop = new TestingAgentLoop();
  private final TestingAgentLoop.Node node = loop.start();
  private final AtomicInteger requests = new AtomicInteger();
  private final Map<String, Long> tokensOnTheWire = new ConcurrentHashMap<>();

  @AfterEach
  void everythingIsSettled() {
    try (loop) {
      loop.assertAllIsSettled();
    }
  }

  @Test
  void aCapAnswersExactlyWhatItFitsAndIsNeverExceeded() throws Exception {
    loop.models.replies(this::numbered);
    var bot = loop.newBot(TOKENS_WANTED, Map.of(LimitKind.LIFETIME, new NanoUsd(MONEY_NANOS)));
    var sampler =
        new Sampler(
            "SELECT spent_nanos + held_nanos FROM budget WHERE kind = 'lifetime' AND bot_id = ?",
            bot.bot().uuid());
    var reports = sendAll(bot);
    sampler.stop();

    assertThat(sampler.samples).hasSizeGreaterThan(100).allMatch(nanos -> nanos <= MONEY_NANOS);
    assertThat(reasons(reports))
        .isEqualTo(Map.of("completed", REPLIES, "spending_cap", MESSAGES - REPLIES));
    assertThat(loop.figure("SELECT spent_nanos FROM budget WHERE kind = 'lifetime'"))
        .isEqualTo(REPLIES * REPLY_NANOS)
        .isGreaterThan(MONEY_NANOS - LEAST_HOLD_NANOS);
    assertRefusals(reports, Refusal.Scope.BOT_CAP);
    assertTheWireKeepsToTheHolds();
  }

  @Test
  void aWalletAnswersExactlyWhatItPaysForAndIsNeverOverdrawn() throws Exception {
    loop.models.replies(this::numbered);
    var bot = loop.newBot(TOKENS_WANTED, Map.of());
    long left = leaveInWallet(bot, MONEY_NANOS);
    var sampler = new Sampler("SELECT balance_nanos - held_nanos FROM wallet");
    var reports = sendAll(bot);
    sampler.stop();

    assertThat(sampler.samples).hasSizeGreaterThan(100).allMatch(nanos -> nanos >= 0);
    assertThat(reasons(reports))
        .isEqualTo(Map.of("completed", REPLIES, "insufficient_balance", MESSAGES - REPLIES));
    assertThat(loop.figure("SELECT balance_nanos FROM wallet"))
        .isEqualTo(left - REPLIES * REPLY_NANOS)
        .isLessThan(LEAST_HOLD_NANOS);
    assertRefusals(reports, Refusal.Scope.WALLET);
    assertTheWireKeepsToTheHolds();
  }

  /// A completion whose request id tells which request it answers.
  private Reply numbered(Received request) {
    var id = "req_" + requests.incrementAndGet();
    tokensOnTheWire.put(id, request.body().path("max_tokens").asLong());
    return switch (TestingOpenAiServer.completion()) {
      case Reply.Answer(var status, _, var body) ->
          new Reply.Answer(status, Map.of("x-request-id", id), body);
      case Reply other -> other;
    };
  }

  private List<TurnReport> sendAll(BotSettings bot) throws Exception {
    var senders = new ArrayList<Callable<List<TurnReport>>>();
    for (int sender = 0; sender < SENDERS; sender++) {
      int from = sender * MESSAGES / SENDERS;
      senders.add(() -> send(bot, from, from + MESSAGES / SENDERS));
    }
    var reports = new ArrayList<TurnReport>();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (var sent : threads.invokeAll(senders)) {
        reports.addAll(sent.get());
      }
    }
    return reports;
  }

  private List<TurnReport> send(BotSettings bot, int from, int to) {
    var reports = new ArrayList<TurnReport>();
    for (int n = from; n < to; n++) {
      reports.add(send(bot, n));
    }
    return reports;
  }

  /// Says the same again while others hold money that they will not need, as a person would: the
  /// refusal tells. Each try is a conversation of its own, so that all requests have one size.
  private TurnReport send(BotSettings bot, int n) {
    for (int attempt = 1; attempt <= TRIES_MAX; attempt++) {
      var event = n + "/" + attempt;
      var report = node.ask(loop.message(bot, event, event, "Hello!"));
      if (report.refusal().map(refusal -> refusal.held() == 0).orElse(true)) {
        return report;
      }
    }
    throw new AssertionError("message " + n + " was put off " + TRIES_MAX + " times");
  }

  private static Map<String, Integer> reasons(List<TurnReport> reports) {
    var reasons = new HashMap<String, Integer>();
    reports.forEach(report -> reasons.merge(report.stopReason().orElseThrow(), 1, Integer::sum));
    return reasons;
  }

  private static void assertRefusals(List<TurnReport> reports, Refusal.Scope scope) {
    var refused = reports.stream().filter(report -> report.refusal().isPresent()).toList();
    assertThat(refused)
        .allSatisfy(report -> {
          assertThat(report.response()).contains(TestingAgentLoop.LIMIT_MESSAGE);
          assertThat(report.steps()).isEmpty();
          assertThat(report.refusal().orElseThrow().scope()).isEqualTo(scope);
          assertThat(report.refusal().orElseThrow().needed()).isEqualTo(LEAST_HOLD_NANOS);
        });
  }

  /// Each request carried its hold's `max_tokens`, and the last ones less than what the bot wants.
  private void assertTheWireKeepsToTheHolds() {
    var tokensHeld = new HashMap<String, Long>();
    loop.jdbi.useHandle(handle ->
        handle
            .select(
                """
                SELECT t.provider_request_id, h.output_tokens_max
                FROM ledger_transaction t
                JOIN hold h ON h.team_id = t.team_id AND h.hold_id = t.hold_id
                WHERE t.provider_request_id LIKE 'req_%'
                """)
            .map((row, _) -> Map.entry(row.getString(1), row.getLong(2)))
            .forEach(entry -> tokensHeld.put(entry.getKey(), entry.getValue())));

    assertThat(tokensOnTheWire).hasSize(REPLIES).isEqualTo(tokensHeld);
    assertThat(tokensOnTheWire.values())
        .allMatch(tokens -> tokens >= 16 && tokens <= TOKENS_WANTED);
    // The last reply finds 223,200 at most: (223,200 - 1,048 x 150) / 600.
    assertThat(tokensOnTheWire.values()).anyMatch(tokens -> tokens <= 110);
    assertThat(tokensOnTheWire.values()).contains((long) TOKENS_WANTED);
  }

  /// Spends the wallet down to this much; at 150 a token, up to 149 more are left.
  private long leaveInWallet(BotSettings bot, long nanos) {
    long tokens = (loop.figure("SELECT balance_nanos FROM wallet") - nanos) / 150;
    var request =
        new HoldRequest(
            new StepKey(loop.team, bot.bot(), new TurnId(UUID.randomUUID()), 1, 1),
            BillingMode.WALLET,
            loop.prices.current("openai", "gpt-4o-mini").orElseThrow(),
            "nobody",
            bot.zone(),
            new Ask.Tokens(tokens, tokens, 1));
    if (loop.gate.book(Booking.of(request)).reservation()
        instanceof Reservation.Granted(var hold)) {
      var usage = Optional.of(new TokenUsage(tokens, 0, 0, 0));
      var settlement = new Settlement(usage, false, "answer", Optional.empty());
      loop.gate.book(Booking.of(new Resolution.Settle(hold, settlement)));
    }
    return loop.figure("SELECT balance_nanos FROM wallet");
  }

  /// Reads a figure all the time, on a connection of its own.
  private final class Sampler {
    private final List<Long> samples = new ArrayList<>();
    private final Thread thread;
    private volatile boolean isOn = true;

    private Sampler(String sql, Object... arguments) {
      thread =
          Thread.ofPlatform()
              .start(() ->
                  loop.jdbi.useHandle(handle -> {
                    while (isOn) {
                      samples.add(handle.select(sql, arguments).mapTo(Long.class).one());
                    }
                  }));
    }

    private void stop() throws InterruptedException {
      isOn = false;
      thread.join();
    }
  }
}
