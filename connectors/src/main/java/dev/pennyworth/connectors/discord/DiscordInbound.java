package dev.pennyworth.connectors.discord;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pennyworth.agentloop.InboundMessage;
import dev.pennyworth.agentloop.SecretText;
import dev.pennyworth.billing.BotId;
import dev.pennyworth.billing.TeamId;
import dev.pennyworth.connectors.UnreadableMessage;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/// Reads what Discord sends, by the gateway or by HTTP: it is the same JSON. What is not for the
/// bot to answer is nothing: edits, joins, pins, messages of bots and webhooks, and in servers what
/// neither mentions the bot nor answers it.
final class DiscordInbound {
  /// A message, or one that answers another. All other types are told by the platform itself.
  private static final Set<Integer> MESSAGE_TYPES = Set.of(0, 19);

  private static final int PING = 1;
  private static final int COMMAND = 2;
  private static final int COMPLETION = 4;

  private DiscordInbound() {}

  /// The message of an event; empty for what is not answered. What only people can read, such as a
  /// voice message, is told a notice in private.
  ///
  /// @param event its name, such as `MESSAGE_CREATE`
  /// @param self the bot's own id on Discord
  static Optional<InboundMessage> message(
      String event, JsonNode message, TeamId team, BotId bot, String self) {
    boolean isOfInterest =
        event.equals("MESSAGE_CREATE")
            && isOfAPerson(message, self)
            && isWhole(message)
            && MESSAGE_TYPES.contains(message.path("type").asInt());
    if (!isOfInterest) {
      return Optional.empty();
    }
    if (isInServer(message)) {
      return toBot(message, self).map(text -> inbound(message, team, bot, text));
    }
    var text = text(message);
    return text.isBlank()
        ? withoutText(message)
            .map(what -> UnreadableMessage.answered(inbound(message, team, bot, what)))
        : Optional.of(inbound(message, team, bot, text));
  }

  private static boolean isOfAPerson(JsonNode message, String self) {
    var author = message.path("author");
    return !author.path("bot").asBoolean()
        && !author.path("system").asBoolean()
        && !message.has("webhook_id")
        && !author.path("id").asText().equals(self);
  }

  private static boolean isWhole(JsonNode message) {
    return Stream.of(message.path("id"), message.path("channel_id"), message.at("/author/id"))
        .allMatch(DiscordInbound::isId);
  }

  private static boolean isId(JsonNode value) {
    return value.isTextual() && DiscordAnswered.ID.matcher(value.textValue()).matches();
  }

  private static boolean isInServer(JsonNode event) {
    return event.hasNonNull("guild_id");
  }

  /// Of a forwarded message, what it says.
  private static String text(JsonNode message) {
    var text = message.path("content").asText();
    return text.isBlank() ? message.at("/message_snapshots/0/message/content").asText() : text;
  }

  /// What a message without text is; empty if it is nothing that anybody would see.
  private static Optional<String> withoutText(JsonNode message) {
    return Stream.of("attachments", "sticker_items", "poll", "message_snapshots", "embeds")
        .filter(part -> !message.path(part).isEmpty())
        .findFirst()
        .map(part -> "(a message without text: " + part.replace('_', ' ') + ")");
  }

  /// What is said to the bot in a server; empty if nothing is.
  private static Optional<String> toBot(JsonNode message, String self) {
    var text = message.path("content").asText();
    var mention = Pattern.compile("<@!?" + Pattern.quote(self) + ">");
    boolean isToBot = isAnswerTo(message, self) || mention.matcher(text).find();
    return isToBot
        ? Optional.of(mention.matcher(text).replaceAll("").strip()).filter(it -> !it.isBlank())
        : Optional.empty();
  }

  private static boolean isAnswerTo(JsonNode message, String self) {
    return message.at("/referenced_message/author/id").asText().equals(self);
  }

  private static InboundMessage inbound(JsonNode message, TeamId team, BotId bot, String text) {
    var id = message.path("id").textValue();
    return new InboundMessage(
        team,
        bot,
        "discord",
        "message/" + id,
        message.path("channel_id").textValue(),
        message.at("/author/id").textValue(),
        name(message.path("member"), message.path("author")),
        text,
        Optional.empty(),
        Optional.empty(),
        isInServer(message)
            ? Optional.of(new DiscordAnswered.ToMessage(id).text())
            : Optional.empty());
  }

  /// What people call somebody: in this server, else everywhere.
  private static Optional<String> name(JsonNode member, JsonNode user) {
    return Stream.of(member.path("nick"), user.path("global_name"), user.path("username"))
        .filter(JsonNode::isTextual)
        .map(JsonNode::textValue)
        .filter(name -> !name.isBlank())
        .findFirst();
  }

  /// What an interaction is.
  ///
  /// @param now when it came: Discord takes the answer for some minutes
  static DiscordInteraction interaction(JsonNode interaction, TeamId team, BotId bot, Instant now) {
    int type = interaction.path("type").asInt();
    if (type == PING) {
      return new DiscordInteraction.Ping();
    }
    if (type == COMPLETION) {
      return new DiscordInteraction.Typed();
    }
    var user =
        interaction.path("user").isObject()
            ? interaction.path("user")
            : interaction.at("/member/user");
    if (!isWhole(interaction, user)) {
      return new DiscordInteraction.Nothing();
    }
    if (type != COMMAND) {
      return new DiscordInteraction.Odd("This bot has no buttons and no forms. Use /ask.");
    }
    if (user.path("bot").asBoolean()) {
      return new DiscordInteraction.Odd("Bots are not answered.");
    }
    return command(interaction, user, team, bot, now);
  }

  private static boolean isWhole(JsonNode interaction, JsonNode user) {
    return interaction.path("token").isTextual()
        && Stream.of(
                interaction.path("id"),
                interaction.path("application_id"),
                interaction.path("channel_id"),
                user.path("id"))
            .allMatch(DiscordInbound::isId);
  }

  private static DiscordInteraction command(
      JsonNode interaction, JsonNode user, TeamId team, BotId bot, Instant now) {
    var data = interaction.path("data");
    var name = data.path("name").asText();
    var text =
        switch (name) {
          case DiscordCommands.ASK -> said(data).strip();
          case DiscordCommands.RESET -> "/reset";
          default -> "";
        };
    if (text.isEmpty()) {
      return new DiscordInteraction.Odd("Write what you want to know: /ask and your message.");
    }
    var id = interaction.path("id").textValue();
    return new DiscordInteraction.Said(
        new InboundMessage(
            team,
            bot,
            "discord",
            "interaction/" + id,
            interaction.path("channel_id").textValue(),
            user.path("id").textValue(),
            name(interaction.path("member"), user),
            text,
            Optional.empty(),
            Optional.empty(),
            Optional.of(answered(interaction, now).text())));
  }

  private static DiscordAnswered answered(JsonNode interaction, Instant now) {
    return new DiscordAnswered.ByInteraction(
        interaction.path("application_id").textValue(),
        now,
        new SecretText(interaction.path("token").textValue()));
  }

  /// Of a command that somebody registered with an option of another name, that one's text.
  private static String said(JsonNode data) {
    var texts =
        StreamSupport.stream(data.path("options").spliterator(), false)
            .filter(option -> option.path("value").isTextual())
            .toList();
    return texts.stream()
        .filter(option -> option.path("name").asText().equals(DiscordCommands.MESSAGE))
        .findFirst()
        .or(() -> texts.stream().findFirst())
        .map(option -> option.path("value").textValue())
        .orElse("");
  }
}
