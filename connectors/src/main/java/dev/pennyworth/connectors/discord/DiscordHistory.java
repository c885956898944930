package dev.pennyworth.connectors.discord;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pennyworth.agentloop.SecretText;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/// What a channel's people said, as Discord keeps it. Waits where Discord asks for it.
final class DiscordHistory {
  /// Discord gives no more at once.
  static final int MESSAGES_OF_A_PAGE = 100;

  /// How often one call is told to wait.
  private static final int WAITS_MAX = 5;

  private static final int DIRECT_MESSAGES = 1;

  private final DiscordApi api;
  private final SecretText token;
  private final Semaphore turns;
  private final CountDownLatch ending;

  /// @param turns of which each call takes one, so that the bots of a process do not all read at
  ///   once
  /// @param ending ends all waiting
  DiscordHistory(DiscordApi api, SecretText token, Semaphore turns, CountDownLatch ending) {
    this.api = api;
    this.token = token;
    this.turns = turns;
    this.ending = ending;
  }

  /// The messages that follow an id, the oldest first.
  ///
  /// @param waiting told of how long is waited
  List<ObjectNode> after(String channel, DiscordSnowflake after, Consumer<Duration> waiting)
      throws DiscordFailure, InterruptedException {
    var messages = new ArrayList<ObjectNode>();
    var answer = patiently(() -> api.messages(token, channel, after, MESSAGES_OF_A_PAGE), waiting);
    for (var message : answer) {
      if (message instanceof ObjectNode object && id(object).compareTo(after) > 0) {
        messages.add(object);
      }
    }
    messages.sort(Comparator.comparing(DiscordHistory::id));
    return messages;
  }

  static DiscordSnowflake id(JsonNode message) {
    return DiscordSnowflake.of(message.path("id").asText()).orElse(new DiscordSnowflake(0));
  }

  /// The server that a channel belongs to; empty for a person's direct messages. Messages that are
  /// read do not tell it, other than those that the gateway brings.
  Optional<String> server(String channel, Consumer<Duration> waiting)
      throws DiscordFailure, InterruptedException {
    var found = patiently(() -> api.channel(token, channel), waiting);
    return found.path("type").asInt(-1) == DIRECT_MESSAGES
        ? Optional.empty()
        : Optional.of(found.path("guild_id").asText("0"));
  }

  private interface Call {
    JsonNode make() throws DiscordFailure;
  }

  private JsonNode patiently(Call call, Consumer<Duration> waiting)
      throws DiscordFailure, InterruptedException {
    for (int i = 1; ; i++) {
      try {
        return inTurn(call);
      } catch (DiscordFailure failure) {
        if (failure.retryAfter().isEmpty() || i == WAITS_MAX || ending.getCount() == 0) {
          throw failure;
        }
        var wait = failure.retryAfter().get();
        waiting.accept(wait);
        var _ = ending.await(wait.toMillis(), TimeUnit.MILLISECONDS);
      }
    }
  }

  private JsonNode inTurn(Call call) throws DiscordFailure, InterruptedException {
    turns.acquire();
    try {
      return call.make();
    } finally {
      turns.release();
    }
  }
}
