package dev.pennyworth.botsapi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pennyworth.agentloop.TestingOpenAiServer;
import dev.pennyworth.agentloop.TestingOpenAiServer.Received;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Whose key pays for a call, and whose server may be called.
final class OwnKeyTest {
  private static final String BYOK =
      """
      "llm_provider": "openai", "llm_model": "gpt-4o-mini", "billing_mode": "byok",
      "llm_api_key": "sk-owners"\
      """;

  private static TestingOpenAiServer provider;
  private static TestingServer server;
  private static TestingServer permissive;
  private int askedBefore;

  @BeforeAll
  static void start() {
    provider = new TestingOpenAiServer();
    server = start(false);
    permissive = start(true);
  }

  @AfterAll
  static void stop() {
    permissive.close();
    server.close();
    provider.close();
  }

  @BeforeEach
  void count() {
    askedBefore = provider.received().size();
  }

  @Test
  void aByokBotCallsWithItsOwnersKeyAndIsChargedNothing() {
    var bot = TestingBot.draft(server, server.register(), BYOK);

    var answer = bot.test("Hello?");

    assertThat(asked().getFirst().header("authorization")).isEqualTo("Bearer sk-owners");
    assertThat(answer.text()).contains("\"cost_cents\":0.009795,").contains("\"billed_cents\":0,");
    assertThat(bot.balance().text())
        .contains("\"balance_cents\":500,")
        .contains("\"lifetime_spent_cents\":0,");
  }

  @Test
  void theCostOfAByokBotCountsInAnalyticsLedgerAndSpending() {
    var bot = TestingBot.draft(server, server.register(), BYOK);

    bot.test("Hello?");

    assertThat(bot.get("/analytics").json().path("summary").toString())
        .contains("\"total_cost_cents\":0.009795")
        .contains("\"billed_cents\":0");
    assertThat(bot.ledger("?kind=charge").json().at("/entries/0").toString())
        .contains("\"amount_cents\":0,")
        .contains("\"cost_cents\":0.009795,");
    assertThat(bot.get("").json().path("spent_cents").asText()).isEqualTo("0.009795");
    assertThat(bot.ledger("/verify").json().path("ok").booleanValue()).isTrue();
  }

  @Test
  void aByokBotStopsAtItsCap() {
    var bot = TestingBot.draft(server, server.register(), BYOK + ",\"spending_cap_cents\":0.05");
    int answered = 0;

    var answer = bot.test("Hello?").json();
    while (answer.path("stop_reason").textValue().equals("completed") && answered < 9) {
      answered++;
      answer = bot.test("Hello?").json();
    }

    assertThat(answer.path("stop_reason").textValue()).isEqualTo("spending_cap");
    assertThat(answer.path("response").textValue())
        .isEqualTo("Bot has reached its spending limit.");
    assertThat(answer.at("/details/scope").textValue()).isEqualTo("bot_cap");
    assertThat(answered).isPositive();
    assertThat(asked()).hasSize(answered);
    assertThat(bot.get("").json().path("spent_cents").decimalValue())
        .isLessThanOrEqualTo(new BigDecimal("0.05"));
  }

  @Test
  void aByokBotWithoutAKeyIsRefused() {

    var refused =
        server.post(
            "/api/bots",
            server.register().accessToken(),
            TestingBot.body(
                "\"llm_provider\":\"openai\",\"llm_model\":\"gpt-4o-mini\",\"billing_mode\":\"byok\""));

    assertThat(refused.status()).isEqualTo(422);
    assertThat(refused.json().at("/error/details/field").textValue()).isEqualTo("llm_api_key");
  }

  @Test
  void aByokBotNeedsNoPriceForItsModel() {
    var bot =
        TestingBot.draft(
            server, server.register(), BYOK.replace("gpt-4o-mini", "gpt-of-the-future"));

    var answer = bot.test("Hello?").json();

    assertThat(answer.path("stop_reason").textValue()).isEqualTo("completed");
    assertThat(answer.path("cost_cents").asText()).isEqualTo("0");
    assertThat(bot.ledger("?kind=charge").json().at("/entries/0/flags").toString())
        .isEqualTo("[\"unpriced\"]");
  }

  @Test
  void theOwnersKeyIsNotUsedForWhatTheWalletPays() {
    var bot = TestingBot.draft(server, server.register(), BYOK.replace("byok", "wallet"));

    var answer = bot.test("Hello?").json();

    assertThat(asked().getFirst().header("authorization")).isEqualTo("Bearer sk-pooled");
    assertThat(answer.path("billed_cents").asText()).isEqualTo("0.009795");
  }

  @Test
  void aCustomServerIsCalledWithTheBotsKeyOnly() {
    var bot =
        TestingBot.draft(
            permissive, permissive.register(), custom() + ",\"llm_api_key\":\"sk-owners\"");

    var answer = bot.test("Hello?").json();

    assertThat(asked().getFirst().header("authorization")).isEqualTo("Bearer sk-owners");
    assertThat(asked().getFirst().body().path("model").textValue()).isEqualTo("deepseek-v3");
    assertThat(answer.path("billed_cents").asText())
        .isEqualTo("0.013175"); // 527 × 250 nano-dollars
  }

  @Test
  void aCustomServerWithoutAKeyIsSentNone() {
    var bot = TestingBot.draft(permissive, permissive.register(), custom());

    var answer = bot.test("Hello?").json();

    assertThat(asked().getFirst().headers()).doesNotContainKey("authorization");
    assertThat(answer.path("stop_reason").textValue()).isEqualTo("completed");
  }

  @Test
  void aPrivateAddressIsNotCalledUnlessTheOperatorAllowsIt() {
    var bot = TestingBot.draft(server, server.register(), custom());

    var answer = bot.test("Hello?").json();

    assertThat(answer.path("stop_reason").textValue()).isEqualTo("provider_error");
    assertThat(answer.path("problem").textValue()).contains("PENNYWORTH_ALLOW_PRIVATE_NETWORKS");
    assertThat(asked()).isEmpty();
    assertThat(bot.balance().text()).contains("\"balance_cents\":500,", "\"held_cents\":0,");
  }

  @Test
  void aNameThatLeadsToAPrivateAddressIsNotCalledEither() {
    var bot =
        TestingBot.draft(server, server.register(), custom().replace("127.0.0.1", "localhost"));

    var answer = bot.test("Hello?").json();

    assertThat(answer.path("stop_reason").textValue()).isEqualTo("provider_error");
    assertThat(asked()).isEmpty();
    assertThat(bot.balance().text()).contains("\"balance_cents\":500,", "\"held_cents\":0,");
  }

  private static TestingServer start(boolean allowsPrivateNetworks) {
    return TestingServer.start(
        Map.of(
            "OPENAI_BASE_URL",
            provider.baseUrl().toString(),
            "OPENAI_API_KEY",
            "sk-pooled",
            "PENNYWORTH_ALLOW_PRIVATE_NETWORKS",
            Boolean.toString(allowsPrivateNetworks)));
  }

  /// What the provider was asked in this test.
  private List<Received> asked() {
    var all = provider.received();
    return all.subList(askedBefore, all.size());
  }

  private static String custom() {
    return """
    "llm_provider": "custom", "llm_model": "deepseek-v3", "llm_config": {"base_url": "%s"}\
    """
        .formatted(provider.baseUrl());
  }
}
