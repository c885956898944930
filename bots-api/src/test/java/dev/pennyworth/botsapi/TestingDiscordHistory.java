package dev.pennyworth.botsapi;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pennyworth.botsapi.TestingDiscord.Answer;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;

/// What Discord keeps of channels, to be read afterwards: other than in the gateway's events, no
/// message tells its server. A channel that nobody made belongs to a person.
final class TestingDiscordHistory {
  private static final int MESSAGES_MAX = 100;
  private static final int MESSAGES_UNLESS_ASKED = 50;

  private final Map<String, String> servers = new ConcurrentHashMap<>();
  private final Map<String, List<ObjectNode>> messages = new ConcurrentHashMap<>();

  /// Makes a channel of a server.
  void server(String channel, String server) {
    servers.put(channel, server);
  }

  /// Something is said, and nobody is told.
  ///
  /// @param message as the gateway would bring it
  void add(ObjectNode message) {
    var kept = message.deepCopy();
    kept.remove("guild_id");
    kept.remove("member");
    messages
        .computeIfAbsent(kept.path("channel_id").asText(), _ -> new CopyOnWriteArrayList<>())
        .add(kept);
  }

  Answer.Status channel(String id) {
    var channel = TestingDiscord.MAPPER.createObjectNode().put("id", id);
    var server = Optional.ofNullable(servers.get(id));
    channel.put("type", server.isPresent() ? 0 : 1);
    server.ifPresent(it -> channel.put("guild_id", it).put("name", "general"));
    return json(channel.toString());
  }

  /// The oldest after an id, the newest of them first.
  Answer.Status messages(String channel, String query) {
    var asked = asked(query);
    var after = Long.parseUnsignedLong(asked.getOrDefault("after", "0"));
    int limit =
        Integer.parseInt(asked.getOrDefault("limit", Integer.toString(MESSAGES_UNLESS_ASKED)));
    if (limit < 1 || limit > MESSAGES_MAX) {
      return new Answer.Status(
          400, "application/json", "{\"message\":\"Invalid Form Body\",\"code\":50035}");
    }
    var found =
        messages.getOrDefault(channel, List.of()).stream()
            .filter(message -> id(message) > after)
            .sorted(Comparator.comparingLong(TestingDiscordHistory::id))
            .limit(limit)
            .toList()
            .reversed();
    return json(found.toString());
  }

  private static long id(JsonNode message) {
    return Long.parseUnsignedLong(message.path("id").asText());
  }

  private static Map<String, String> asked(String query) {
    return List.of(query.split("&")).stream()
        .map(pair -> pair.split("=", 2))
        .filter(pair -> pair.length == 2)
        .collect(Collectors.toMap(pair -> pair[0], pair -> pair[1]));
  }

  private static Answer.Status json(String body) {
    return new Answer.Status(200, "application/json", body);
  }
}
