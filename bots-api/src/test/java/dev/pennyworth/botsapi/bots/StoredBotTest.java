package dev.pennyworth.botsapi.bots;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pennyworth.botsapi.TestingBot;
import dev.pennyworth.botsapi.TestingServer;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// Bots that were stored under rules that have been tightened since.
final class StoredBotTest {
  private static TestingServer server;

  @BeforeAll
  static void start() {
    server = TestingServer.start();
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @Test
  void aBotOfLooserRulesIsReadAndAnswers() {
    var bot = TestingBot.active(server, server.register(), "");
    store(
        bot,
        """
        {"name": "%s", "max_loop_iterations": 70, "timeout_ms": 600000, "max_tokens_per_turn": 0,
         "conversation_max_messages": "many", "on_limit": "argue", "timezone": "Atlantis/Poseidonis",
         "fallback_message": "", "llm_config": {"temperature": 3, "old_field": 1},
         "forgotten_field": true}
        """
            .formatted("n".repeat(150)));

    var read = bot.get("");
    assertThat(read.status()).as(read.text()).isEqualTo(200);
    assertThat(read.json().path("name").textValue()).hasSize(150);
    assertThat(read.json().path("max_loop_iterations").asInt()).isEqualTo(50);
    assertThat(read.json().path("timeout_ms").asInt()).isEqualTo(60_000);
    assertThat(read.json().path("max_tokens_per_turn").asInt()).isEqualTo(1);
    assertThat(read.json().path("conversation_max_messages").asInt()).isEqualTo(20);
    assertThat(read.json().path("timezone").textValue()).isEqualTo("UTC");
    assertThat(server.get("/api/bots", bot.team().accessToken()).status()).isEqualTo(200);
    assertThat(bot.test("Hello?").status()).isEqualTo(200);
    assertThat(bot.say("ann", "1", "Hello?").status()).isEqualTo(200);
  }

  @Test
  void aWriteIsCheckedAndNamesWhatHasToBeMended() {
    var bot = TestingBot.draft(server, server.register(), "");
    store(bot, "{\"max_loop_iterations\": 70}");

    var refused = bot.owner("PATCH", "", "{\"name\":\"New\"}");
    assertThat(refused.status()).isEqualTo(422);
    assertThat(refused.json().at("/error/details/field").textValue())
        .isEqualTo("max_loop_iterations");
    var mended = bot.owner("PATCH", "", "{\"name\":\"New\",\"max_loop_iterations\":50}");
    assertThat(mended.status()).as(mended.text()).isEqualTo(200);
  }

  private static void store(TestingBot bot, String fields) {
    server
        .bean(Jdbi.class)
        .useHandle(handle ->
            handle.execute(
                "UPDATE bot SET settings = settings || ?::jsonb WHERE slug = 'test-bot' AND team_id = ?",
                fields,
                bot.team().id().uuid()));
  }
}
