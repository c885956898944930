package dev.pennyworth.connectors.whatsapp;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pennyworth.agentloop.CleanText;
import dev.pennyworth.agentloop.InboundMessage;
import dev.pennyworth.billing.BotId;
import dev.pennyworth.billing.TeamId;
import dev.pennyworth.billing.TurnId;
import dev.pennyworth.connectors.DeliveryReport;
import dev.pennyworth.connectors.DeliveryReport.Status;
import dev.pennyworth.connectors.UnreadableMessage;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/// Reads what Meta sends: any number of entries, changes, messages and statuses in one body. What
/// is not for the bot to answer is nothing: other numbers' messages, the bot's own, reactions and
/// the like, and in groups what neither mentions the bot nor answers it. A message that Meta could
/// bring only after days is one all the same: whether the answer is still taken, Meta says. Source:
/// developers.facebook.com, webhooks, messages.
final class WhatsAppInbound {
  private static final int ID_LENGTH_MAX = 500;

  private final TeamId team;
  private final BotId bot;
  private final String phoneNumberId;
  private final List<InboundMessage> messages = new ArrayList<>();
  private final List<DeliveryReport> reports = new ArrayList<>();

  /// End users who are told already that only text is read: an album is told once.
  private final Set<String> noticed = new HashSet<>();

  private WhatsAppInbound(TeamId team, BotId bot, String phoneNumberId) {
    this.team = team;
    this.bot = bot;
    this.phoneNumberId = phoneNumberId;
  }

  /// What a body holds.
  ///
  /// @param messages in the order in which they came
  record Events(List<InboundMessage> messages, List<DeliveryReport> reports) {
    Events {
      messages = List.copyOf(messages);
      reports = List.copyOf(reports);
    }
  }

  /// @param phoneNumberId Meta's id of the bot's number
  static Events read(JsonNode body, TeamId team, BotId bot, String phoneNumberId) {
    var inbound = new WhatsAppInbound(team, bot, phoneNumberId);
    for (var entry : body.path("entry")) {
      for (var change : entry.path("changes")) {
        if (change.path("field").asText("messages").equals("messages")) {
          inbound.read(change.path("value"));
        }
      }
    }
    return new Events(inbound.messages, inbound.reports);
  }

  private void read(JsonNode value) {
    var metadata = value.path("metadata");
    if (!phoneNumberId.equals(id(metadata.path("phone_number_id")).orElse(phoneNumberId))) {
      return;
    }
    var ownNumber = metadata.path("display_phone_number").asText("").replaceAll("[^0-9]", "");
    for (var message : value.path("messages")) {
      readMessage(message, value.path("contacts"), ownNumber);
    }
    for (var status : value.path("statuses")) {
      report(status).ifPresent(reports::add);
    }
  }

  private void readMessage(JsonNode message, JsonNode contacts, String ownNumber) {
    var id = id(message.path("id"));
    var from = id(message.path("from")).or(() -> id(message.path("from_user_id")));
    if (id.isEmpty() || from.isEmpty() || from.get().equals(ownNumber)) {
      return;
    }
    var group = id(message.path("group_id"));
    var chat = new WhatsAppChat(group.isPresent(), group.orElse(from.get()));
    var said =
        WhatsAppContent.text(message)
            .flatMap(text -> chat.isGroup() ? toBot(message, text, ownNumber) : Optional.of(text));
    var wordless =
        chat.isGroup() || said.isPresent()
            ? Optional.<String>empty()
            : WhatsAppContent.wordless(message).filter(_ -> !noticed.contains(from.get()));
    if (said.isEmpty() && wordless.isEmpty()) {
      return;
    }
    var inbound =
        new InboundMessage(
            team,
            bot,
            "whatsapp",
            "message/" + id.get(),
            chat.channelId(),
            from.get(),
            name(contacts, from.get()),
            said.or(() -> wordless).orElseThrow(),
            Optional.empty(),
            Optional.empty(),
            id);
    if (wordless.isPresent()) {
      noticed.add(from.get());
    }
    messages.add(wordless.isPresent() ? UnreadableMessage.answered(inbound) : inbound);
  }

  /// What is said to the bot in a group: an answer to it, or a text with its number after an `@`.
  private static Optional<String> toBot(JsonNode message, String said, String ownNumber) {
    if (ownNumber.isEmpty()) {
      return Optional.empty();
    }
    var mention = Pattern.compile("@\\+?" + ownNumber + "(?![0-9])");
    boolean isAnswer =
        message.path("context").path("from").asText("").replace("+", "").equals(ownNumber);
    return isAnswer || mention.matcher(said).find()
        ? Optional.of(mention.matcher(said).replaceAll("").strip()).filter(left -> !left.isBlank())
        : Optional.empty();
  }

  private static Optional<String> name(JsonNode contacts, String from) {
    for (var contact : contacts) {
      boolean isHis =
          contacts.size() == 1
              || contact.path("wa_id").asText("").equals(from)
              || contact.path("user_id").asText("").equals(from);
      if (isHis) {
        return Optional.ofNullable(contact.path("profile").path("name").textValue())
            .filter(name -> !name.isBlank());
      }
    }
    return Optional.empty();
  }

  private static Optional<DeliveryReport> report(JsonNode status) {
    var id = id(status.path("id"));
    var progress = progress(status.path("status").asText(""));
    if (id.isEmpty() || progress.isEmpty()) {
      return Optional.empty();
    }
    var to = id(status.path("recipient_id")).or(() -> id(status.path("recipient_user_id")));
    return Optional.of(
        new DeliveryReport(
            TurnId.parse(status.path("biz_opaque_callback_data").asText("")),
            id.get(),
            to.orElse(""),
            progress.get(),
            progress.filter(Status.FAILED::equals).map(_ -> error(status))));
  }

  private static Optional<Status> progress(String word) {
    return switch (word) {
      case "sent" -> Optional.of(Status.SENT);
      case "delivered" -> Optional.of(Status.DELIVERED);
      case "read", "played" -> Optional.of(Status.READ);
      case "failed" -> Optional.of(Status.FAILED);
      default -> Optional.empty();
    };
  }

  private static String error(JsonNode status) {
    var error = status.path("errors").path(0);
    return CleanText.of(
        WhatsAppErrors.sentence(error.path("code").asInt(-1), WhatsAppErrors.details(error)));
  }

  /// Meta's ids are text, and short.
  private static Optional<String> id(JsonNode node) {
    return Optional.ofNullable(node.textValue())
        .map(CleanText::of)
        .filter(id -> !id.isBlank() && id.length() <= ID_LENGTH_MAX);
  }
}
