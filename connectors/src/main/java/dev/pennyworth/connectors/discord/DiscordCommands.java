package dev.pennyworth.connectors.discord;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Set;

/// The slash commands of every bot, as Discord wants them described. Source:
/// discord.com/developers/docs/interactions/application-commands.
final class DiscordCommands {
  static final String ASK = "ask";
  static final String RESET = "reset";
  static final String MESSAGE = "message";
  static final Set<String> NAMES = Set.of(ASK, RESET);

  private static final int TEXT = 3;
  private static final int TEXT_LENGTH_MAX = 6_000;
  private static final int IN_SERVERS = 0;
  private static final int WITH_THE_BOT = 1;

  private DiscordCommands() {}

  static List<ObjectNode> all() {
    var ask = command(ASK, "Ask the bot");
    ask.putArray("options")
        .addObject()
        .put("type", TEXT)
        .put("name", MESSAGE)
        .put("description", "What you want to know")
        .put("required", true)
        .put("max_length", TEXT_LENGTH_MAX);
    return List.of(ask, command(RESET, "Begin a new conversation"));
  }

  private static ObjectNode command(String name, String description) {
    var command = DiscordApi.MAPPER.createObjectNode().put("type", 1);
    command.put("name", name).put("description", description);
    command.putArray("integration_types").add(IN_SERVERS);
    command.putArray("contexts").add(IN_SERVERS).add(WITH_THE_BOT);
    return command;
  }
}
