package dev.pennyworth.botsapi.money;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pennyworth.botsapi.StartRefused;
import dev.pennyworth.botsapi.TestingAnswer;
import dev.pennyworth.botsapi.TestingBot;
import dev.pennyworth.botsapi.TestingServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The operator's own prices, through the front door.
final class OperatorPricesTest {
  private static final String PASSWORD = "correct horse battery";
  private static final String MODEL =
      "{'provider':'openai','model':'%s','input':'7','output':'8','effective_from':'2026-01-01'}";

  @TempDir private static Path home;
  private static TestingServer server;
  private static String operator;

  @BeforeAll
  static void start() throws IOException {
    write(
        MODEL.formatted("at-start"),
        "{'tool':'current_time','price_cents':'0.01','effective_from':'2026-01-01',"
            + "'price_rules':[{'argument':'zone','equals':'Europe/Berlin','price_cents':'0.02'},"
            + "{'argument':'count','per_unit_cents':'0.005'}]},"
            + "{'tool':'gratis','price_cents':'0','effective_from':'2026-01-01'}");
    server =
        TestingServer.start(
            Map.of("PENNYWORTH_HOME", home.toString(), "PENNYWORTH_OWNER_PASSWORD", PASSWORD));
    operator = signIn("owner@localhost", PASSWORD);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @Test
  void theFileIsReadAtTheStartAndAgainOnRequest() throws IOException {
    assertThat(model("at-start").at("/usd_per1m/input").asText()).isEqualTo("7");
    write(
        MODEL.formatted("at-start")
            + ","
            + MODEL.formatted("at-start").replace("'7'", "'9'").replace("01-01", "01-02"),
        "");

    var answer = reload(operator);

    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    assertThat(answer.json().path("published").findValuesAsText("price_id"))
        .contains("openai/at-start@2026-01-02");
    assertThat(answer.json().at("/published/0/from/input").textValue()).isEqualTo("7");
    assertThat(answer.json().at("/published/0/to/input").textValue()).isEqualTo("9");
    assertThat(model("at-start").at("/usd_per1m/input").asText()).isEqualTo("9");
    assertThat(reload(operator).json().path("published")).isEmpty();
    var entry = server.get("/api/audit?action=price.changed", operator).json().at("/entries/0");
    assertThat(entry.path("subject").textValue()).isEqualTo("openai/at-start@2026-01-02");
    assertThat(entry.at("/actor/email").textValue()).isEqualTo("owner@localhost");
    assertThat(entry.at("/from/input").textValue()).isEqualTo("7");
    assertThat(entry.at("/to/input").textValue()).isEqualTo("9");
  }

  @Test
  void aBadFileChangesNothingAndTheServerGoesOn() throws IOException {
    write(MODEL.formatted("good") + "," + MODEL.formatted("bad").replace("'8'", "'-8'"), "");

    var answer = reload(operator);

    assertThat(answer.status()).isEqualTo(422);
    assertThat(answer.errorCode()).isEqualTo("price_file_refused");
    assertThat(answer.json().at("/error/message").textValue())
        .contains(
            "models[2] (openai bad) needs output: dollars per million tokens from 0 to 1,000");
    assertThat(server.get("/api/models", "").text()).doesNotContain("\"good\"");
    assertThat(server.get("/health", "").status()).isEqualTo(200);
  }

  @Test
  void nobodyButTheOperatorReloads() {
    var other = server.register();

    var answer = reload(other.accessToken());

    assertThat(answer.status()).isEqualTo(403);
    assertThat(answer.errorCode()).isEqualTo("operator_only");
    assertThat(reload("").status()).isEqualTo(401);
    server.post(
        "/api/team/members",
        other.accessToken(),
        "{\"email\":\"owner@localhost\",\"role\":\"owner\"}");
    var inAnotherTeam =
        server.post("/api/prices/reload", operator, "", "X-Team-Id", other.id().toString());
    assertThat(inAnotherTeam.errorCode()).isEqualTo("operator_only");
  }

  @Test
  void aBadFileStopsTheStartWithOneSentence(@TempDir Path badHome) throws IOException {
    Files.writeString(badHome.resolve("prices.json"), "{\"models\":[{\"provider\":\"openai\"}]}");

    assertThatThrownBy(() ->
            TestingServer.start(server.database(), Map.of("PENNYWORTH_HOME", badHome.toString())))
        .isInstanceOf(StartRefused.class)
        .hasMessageContaining("prices.json, models[1] (openai) needs model");
  }

  @Test
  void whatToolsCostIsPublic() {
    var tools = server.get("/api/models", "").json().path("tools");

    assertThat(tools.findValuesAsText("tool")).containsExactly("current_time");
    var tool = tools.path(0);
    assertThat(tool.path("price_cents").asText()).isEqualTo("0.01");
    assertThat(tool.at("/price_rules/0/equals").textValue()).isEqualTo("Europe/Berlin");
    assertThat(tool.at("/price_rules/0/price_cents").asText()).isEqualTo("0.02");
    assertThat(tool.at("/price_rules/1/argument").textValue()).isEqualTo("count");
    assertThat(tool.at("/price_rules/1/per_unit_cents").asText()).isEqualTo("0.005");
    assertThat(tool.path("price_id").textValue()).isEqualTo("tool/current_time@2026-01-01");
  }

  @Test
  void whatAToolCostStandsInReceiptLedgerAndAnalytics() {
    var bot =
        TestingBot.draft(
            server,
            server.register(),
            "\"llm_provider\":\"builtin\",\"llm_model\":\"pennyworth-free\"");

    var answer = bot.test("/tool current_time {}").json();

    assertThat(answer.path("cost_cents").asText()).isEqualTo("0.01");
    assertThat(answer.path("billed_cents").asText()).isEqualTo("0.01");
    var receipt = bot.get("/turns/" + answer.path("turn_id").textValue()).json().path("receipt");
    assertThat(receipt.path("cost_cents").asText()).isEqualTo("0.01");
    var step = receipt.at("/steps/1");
    assertThat(step.path("tool_name").textValue()).isEqualTo("current_time");
    assertThat(step.path("held_cents").asText()).isEqualTo("0.01");
    assertThat(step.path("billed_cents").asText()).isEqualTo("0.01");
    var charge = charge(bot);
    assertThat(charge.path("amount_cents").asText()).isEqualTo("-0.01");
    assertThat(charge.path("price_id").textValue()).isEqualTo("tool/current_time@2026-01-01");
    assertThat(charge.path("llm_model").isNull()).isTrue();
    assertThat(
            server
                .get("/api/ledger", bot.team().accessToken(), "Accept", "text/csv")
                .text()
                .lines()
                .filter(line -> line.contains(",current_time,")))
        .hasSize(1);
    assertThat(bot.get("/analytics").json().at("/summary/total_cost_cents").asText())
        .isEqualTo("0.01");
    assertThat(
            server
                .get("/api/ledger/verify", bot.team().accessToken())
                .json()
                .path("ok")
                .asBoolean())
        .isTrue();
  }

  private static JsonNode charge(TestingBot bot) {
    for (var entry : bot.ledger("?kind=charge").json().path("entries")) {
      if (entry.path("tool_name").asText().equals("current_time")) {
        return entry;
      }
    }
    throw new AssertionError("no charge of the tool");
  }

  private static JsonNode model(String name) {
    for (var model : server.get("/api/models", "").json().path("models")) {
      if (model.path("llm_model").asText().equals(name)) {
        return model;
      }
    }
    throw new AssertionError("no model " + name);
  }

  private static TestingAnswer reload(String token) {
    return server.post("/api/prices/reload", token, "");
  }

  private static String signIn(String email, String password) {
    return server
        .post(
            "/api/auth/login",
            "",
            "{\"email\":\"%s\",\"password\":\"%s\"}".formatted(email, password))
        .json()
        .path("access_token")
        .textValue();
  }

  private static void write(String models, String tools) throws IOException {
    Files.writeString(
        home.resolve("prices.json"),
        "{'models':[%s],'tools':[%s]}".formatted(models, tools).replace('\'', '"'));
  }
}
