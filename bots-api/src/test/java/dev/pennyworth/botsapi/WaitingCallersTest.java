package dev.pennyworth.botsapi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pennyworth.agentloop.TestingOpenAiServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// Callers who wait for a model's answer keep nobody else from being served.
class WaitingCallersTest {
  private static final int TEAMS = 4;
  private static final int CALLERS_OF_A_TEAM = 10; // the test endpoint takes no more in a minute
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  @Test
  void fortyCallersWaitForTheirModelsAtOnceAndTheApiStillAnswers() throws Exception {
    var mayAnswer = new CountDownLatch(1);
    try (var models = new TestingOpenAiServer();
        var server = start(models);
        var callers = Executors.newVirtualThreadPerTaskExecutor()) {
      models.replies(_ -> answerAfter(mayAnswer));
      var answers = new ArrayList<Future<TestingAnswer>>();
      for (int t = 0; t < TEAMS; t++) {
        var team = server.register();
        var path = "/api/bots/" + newBot(server, team) + "/test";
        for (int c = 0; c < CALLERS_OF_A_TEAM; c++) {
          answers.add(
              callers.submit(() -> server.post(path, team.accessToken(), "{\"message\":\"Hi\"}")));
        }
      }
      try {
        models.awaitReceived(TEAMS, PATIENCE);
        assertThat(server.get("/health", "").status()).isEqualTo(200);
      } finally {
        mayAnswer.countDown();
      }
      for (var answer : answers) {
        assertThat(answer.get().status()).isEqualTo(200);
      }
    }
  }

  private static TestingServer start(TestingOpenAiServer models) {
    return TestingServer.start(
        Map.of("OPENAI_BASE_URL", models.baseUrl().toString(), "OPENAI_API_KEY", "sk-operator"));
  }

  private static String newBot(TestingServer server, TestingTeam team) {
    var json =
        """
        {"name":"Slow","platform":"custom","system_prompt":"Be brief.","llm_provider":"openai",
         "llm_model":"gpt-4o-mini","max_tokens_per_turn":100}
        """;
    return server.post("/api/bots", team.accessToken(), json).json().required("id").textValue();
  }

  private static TestingOpenAiServer.Reply answerAfter(CountDownLatch latch) {
    try {
      boolean _ = latch.await(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      return TestingOpenAiServer.completion();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
