package dev.pennyworth.botsapi.openai;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pennyworth.botsapi.TestingAnswer;
import dev.pennyworth.botsapi.TestingBot;
import dev.pennyworth.botsapi.TestingServer;
import dev.pennyworth.botsapi.TestingTeam;
import java.util.Arrays;
import java.util.List;

/// A team that chats through the OpenAI-compatible endpoint.
///
/// @param key an API key of its owner's
record TestingChat(TestingServer server, TestingTeam team, String key) {
  static TestingChat of(TestingServer server) {
    var team = server.register();
    var made = server.post("/api/keys", team.accessToken(), "{\"name\":\"chat\"}");
    return new TestingChat(server, team, made.json().path("key").textValue());
  }

  /// A draft: the endpoint works in every status.
  TestingBot bot(String fields) {
    return TestingBot.draft(server, team, fields);
  }

  /// Sends a request with further members of its body.
  TestingAnswer complete(TestingBot bot, String messages, String more, String... headers) {
    return server.post(
        "/v1/chat/completions",
        key,
        "{\"model\":\"%s\",\"messages\":%s%s}".formatted(bot.id(), messages, more),
        headers);
  }

  TestingAnswer say(TestingBot bot, String text, String more, String... headers) {
    return complete(bot, "[{\"role\":\"user\",\"content\":\"%s\"}]".formatted(text), more, headers);
  }

  /// The turn's charges in the ledger.
  List<JsonNode> charges(String turn) {
    var entries = server.get("/api/ledger?kind=charge&limit=200", key).json().path("entries");
    return entries.valueStream().filter(row -> row.path("turn_id").asText().equals(turn)).toList();
  }

  /// The sum over the turn's charges.
  long tokens(String turn, String... buckets) {
    return charges(turn).stream()
        .flatMap(row ->
            Arrays.stream(buckets).map(bucket -> row.path("tokens").path(bucket).longValue()))
        .mapToLong(Long::longValue)
        .sum();
  }

  long inputTokens(String turn) {
    return tokens(turn, "input", "cache_read", "cache_write");
  }

  /// The data of a stream's events.
  static List<String> events(TestingAnswer streamed) {
    return streamed
        .text()
        .lines()
        .filter(line -> line.startsWith("data: "))
        .map(line -> line.substring("data: ".length()))
        .toList();
  }
}
