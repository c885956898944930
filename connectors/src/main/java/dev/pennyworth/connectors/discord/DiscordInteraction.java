package dev.pennyworth.connectors.discord;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pennyworth.agentloop.InboundMessage;

/// What an interaction is to a bot.
sealed interface DiscordInteraction {
  /// Discord asks whether somebody is there.
  record Ping() implements DiscordInteraction {}

  /// A command that is a message.
  record Said(InboundMessage message) implements DiscordInteraction {}

  /// Discord asks for proposals while somebody types: there are none.
  record Typed() implements DiscordInteraction {}

  /// A command that cannot be followed; its user is told why, and nobody else.
  record Odd(String why) implements DiscordInteraction {}

  /// No interaction at all.
  record Nothing() implements DiscordInteraction {}

  /// The answer to a ping.
  static ObjectNode pong() {
    return answer(1);
  }

  /// Shows that the bot is thinking, until a text takes its place.
  static ObjectNode deferred() {
    return answer(5);
  }

  static ObjectNode noProposals() {
    var answer = answer(8);
    answer.putObject("data").putArray("choices");
    return answer;
  }

  /// A text that only who used the command sees.
  static ObjectNode aside(String text) {
    var answer = answer(4);
    var data = answer.putObject("data").put("content", text).put("flags", 1 << 6);
    data.putObject("allowed_mentions").putArray("parse");
    return answer;
  }

  private static ObjectNode answer(int type) {
    return DiscordApi.MAPPER.createObjectNode().put("type", type);
  }
}
