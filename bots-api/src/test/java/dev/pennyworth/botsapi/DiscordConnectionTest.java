package dev.pennyworth.botsapi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pennyworth.botsapi.TestingDiscord.Answer;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Activating, pausing and looking at bots on Discord.
final class DiscordConnectionTest {
  private static TestingDiscord discord;
  private static TestingServer server;

  private TestingDiscordBot chat;

  @BeforeAll
  static void start() {
    discord = new TestingDiscord();
    server = TestingServer.start(Map.of("DISCORD_API_URL", discord.url()));
  }

  @AfterAll
  static void stop() {
    server.close();
    discord.close();
  }

  @BeforeEach
  void create() {
    discord.startOver();
    chat = TestingDiscordBot.draft(server, discord, "");
  }

  @Test
  void activatingChecksTheTokenRegistersCommandsAndSaysWhatToPaste() {
    chat.application().flags = 0;

    var active = chat.bot().owner("POST", "/activate", "").json();

    assertThat(active.path("status").textValue()).isEqualTo("active");
    assertThat(active.at("/values/interactions_endpoint_url").textValue())
        .isEqualTo(active.path("webhook_url").textValue())
        .endsWith("/api/bots/webhook/discord/" + chat.bot().id());
    assertThat(active.at("/values/invite_url").textValue())
        .isEqualTo(
            "https://discord.com/oauth2/authorize?client_id=%s&scope=bot+applications.commands&permissions=274877975552"
                .formatted(chat.application().id));
    assertThat(active.path("to_do").toString())
        .contains("Message Content Intent")
        .contains("Interactions Endpoint URL")
        .contains("invite_url");
    assertThat(chat.application().commands).containsOnlyKeys("ask", "reset");
    assertThat(chat.application().commands.toString()).contains("\"required\":true");
  }

  @Test
  void whatIsDoneInThePortalIsNotAskedFor() {
    chat.application().endpoint = chat.bot().get("").json().path("webhook_url").textValue();
    chat.application().servers = 1;

    var active = chat.bot().owner("POST", "/activate", "").json();

    assertThat(active.path("to_do")).isEmpty();
    assertThat(active.path("done")).hasSize(3);
  }

  @Test
  void aTokenThatDiscordDoesNotKnowIsRefusedAndTheBotStaysADraft() {
    chat.bot().owner("PATCH", "", "{\"platform_config\":{\"bot_token\":\"of-nobody\"}}");

    var refused = chat.bot().owner("POST", "/activate", "");

    assertThat(refused.status()).isEqualTo(422);
    assertThat(refused.errorCode()).isEqualTo("invalid_value");
    assertThat(refused.json().at("/error/details/field").textValue())
        .isEqualTo("platform_config.bot_token");
    assertThat(refused.text()).contains("developer portal").doesNotContain("of-nobody");
    assertThat(chat.bot().get("").json().path("status").textValue()).isEqualTo("draft");
    assertThat(chat.application().commands).isEmpty();
  }

  @Test
  void anIdOrAKeyOfAnotherApplicationIsRefusedWithTheRightOne() {
    var config = "{\"platform_config\":{\"%s\":\"%s\"}}";
    chat.bot().owner("PATCH", "", config.formatted("public_key", "00".repeat(32)));
    assertThat(chat.bot().owner("POST", "/activate", "").text())
        .contains("platform_config.public_key")
        .contains(chat.application().publicKey);

    chat.bot().owner("PATCH", "", config.formatted("application_id", "1"));
    assertThat(chat.bot().owner("POST", "/activate", "").text())
        .contains("platform_config.application_id")
        .contains(chat.application().id);
  }

  @Test
  void aMissingFieldIsNamed() {
    chat.bot().owner("PATCH", "", "{\"platform_config\":{\"public_key\":null}}");

    var refused = chat.bot().owner("POST", "/activate", "");

    assertThat(refused.status()).isEqualTo(422);
    assertThat(refused.json().at("/error/details/field").textValue())
        .isEqualTo("platform_config.public_key");
  }

  @Test
  void aBrokenDiscordIsAnOutageAndNoMistakeOfTheOwner() {
    discord.answer(call ->
        call.path().equals("/users/@me")
            ? new Answer.Status(502, "text/html", "<html>Bad Gateway</html>")
            : new Answer.Good());

    var answer = chat.bot().owner("POST", "/activate", "");

    assertThat(answer.status()).isEqualTo(503);
    assertThat(answer.errorCode()).isEqualTo("platform_unavailable");
  }

  @Test
  void pausingTakesTheCommandsBackAndLeavesTheOwnersOwn() {
    chat.bot().owner("POST", "/activate", "");
    chat.application()
        .commands
        .put(
            "weather",
            TestingDiscord.MAPPER.createObjectNode().put("id", "7").put("name", "weather"));

    var paused = chat.bot().owner("POST", "/pause", "").json();

    assertThat(paused.path("status").textValue()).isEqualTo("paused");
    assertThat(chat.application().commands).containsOnlyKeys("weather");
    assertThat(chat.ask(1, "Hello?").status()).isEqualTo(404);
  }

  @Test
  void aBotThatMovesToAnotherApplicationTakesItsCommandsAlong() {
    chat.bot().owner("POST", "/activate", "");
    var other = TestingDiscordBot.draft(server, discord, "");
    var change =
        "{\"platform_config\":{\"bot_token\":\"%s\",\"application_id\":\"%s\",\"public_key\":\"%s\"}}"
            .formatted(other.token(), other.application().id, other.application().publicKey);

    assertThat(chat.bot().owner("PATCH", "", change).status()).isEqualTo(200);

    assertThat(chat.application().commands).isEmpty();
    assertThat(other.application().commands).containsOnlyKeys("ask", "reset");
  }

  @Test
  void aTokenWithoutItsApplicationLeavesAnActiveBotAsItWas() {
    chat.bot().owner("POST", "/activate", "");
    var other = TestingDiscordBot.draft(server, discord, "");

    var refused =
        chat.bot()
            .owner(
                "PATCH",
                "",
                "{\"platform_config\":{\"bot_token\":\"%s\"}}".formatted(other.token()));

    assertThat(refused.status()).isEqualTo(422);
    assertThat(refused.text()).contains(other.application().id);
    assertThat(chat.ask(1, "Hello?").status()).isEqualTo(200);
    assertThat(chat.application().commands).containsOnlyKeys("ask", "reset");
    assertThat(other.application().commands).isEmpty();
  }

  @Test
  void aBotOfAnotherPlatformOrOfNobodyIsNotThere() {
    var custom = TestingBot.active(server, chat.bot().team(), "");
    var body = chat.asked(1, "Hello?");

    assertThat(server.post("/api/bots/webhook/discord/" + custom.id(), "", body).status())
        .isEqualTo(404);
    assertThat(server.post("/api/bots/webhook/discord/bt_nobody", "", body).status())
        .isEqualTo(404);
  }

  @Test
  void anotherTeamCanNeitherActivateNorLook() {
    var stranger = chat.bot().as(server.register());

    assertThat(stranger.owner("POST", "/activate", "").status()).isEqualTo(404);
    assertThat(stranger.get("/health").status()).isEqualTo(404);
    assertThat(chat.application().commands).isEmpty();
  }

  @Test
  void healthTellsWhatIsWrong() {
    chat.bot().owner("POST", "/activate", "");

    chat.application().endpoint = "https://example.com/other";
    assertThat(chat.bot().get("/health").text())
        .contains("another address")
        .contains("\"ok\":false");
    chat.application().flags = 0;
    assertThat(chat.bot().get("/health").text()).contains("Message Content Intent");
    discord.answer(_ -> Answer.error(401, 0, "401: Unauthorized"));
    assertThat(chat.bot().get("/health").text())
        .contains("Discord does not know the bot's token")
        .doesNotContain(chat.token());
  }
}
