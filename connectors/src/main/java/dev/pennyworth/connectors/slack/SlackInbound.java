package dev.pennyworth.connectors.slack;

import com.slack.api.model.Message;
import dev.pennyworth.agentloop.InboundMessage;
import dev.pennyworth.billing.BotId;
import dev.pennyworth.billing.TeamId;
import dev.pennyworth.connectors.UnreadableMessage;
import java.util.Optional;
import java.util.Set;

/// Reads Slack's events. What is not for the bot to answer is nothing: edits, deletions, joins,
/// messages of bots, and in channels what neither mentions the bot nor goes on with a thread in
/// which it is answering the same person.
///
/// A message is known by its channel and timestamp, not by the event's id: a mention in a channel
/// arrives as two events, `app_mention` and `message`, which have two ids.
final class SlackInbound {
  /// What a person says; every other subtype tells of something that happened.
  private static final Set<String> SAID = Set.of("file_share", "thread_broadcast", "me_message");

  private static final Set<String> DIRECT = Set.of("im", "app_home");
  private static final String SLACKBOT = "USLACKBOT";

  /// Stands for a file that came without a word.
  private static final String A_FILE = "[file]";

  private SlackInbound() {}

  /// What has to be looked up, and seldom is.
  interface Known {
    /// The bot's own user; empty if Slack cannot be asked now.
    Optional<String> self();

    /// Whether an end user has a conversation with the bot in a place.
    boolean isTalking(SlackPlace place, String user);
  }

  /// The message; empty for what is not answered.
  static Optional<InboundMessage> read(SlackEvent event, TeamId team, BotId bot, Known known) {
    var message = event.message();
    if (!isWhole(message) || !isOfAPerson(message) || !isNew(message)) {
      return Optional.empty();
    }
    var self = event.self().or(known::self);
    if (self.filter(message.getUser()::equals).isPresent()) {
      return Optional.empty();
    }
    boolean isDirect = isDirect(event);
    var place = place(message, isDirect);
    if (!isDirect && !isToBot(event, self, place, known)) {
      return Optional.empty();
    }
    var text = SlackText.plain(message.getText(), self);
    if (!text.isBlank()) {
      return Optional.of(inbound(message, place, team, bot, text));
    }
    return isDirect && hasFile(message)
        ? Optional.of(UnreadableMessage.answered(inbound(message, place, team, bot, A_FILE)))
        : Optional.empty();
  }

  private static InboundMessage inbound(
      Message message, SlackPlace place, TeamId team, BotId bot, String text) {
    return new InboundMessage(
        team,
        bot,
        "slack",
        "message/%s/%s".formatted(message.getChannel(), message.getTs()),
        place.channelId(),
        message.getUser(),
        Optional.empty(),
        text);
  }

  private static boolean hasFile(Message message) {
    return "file_share".equals(message.getSubtype());
  }

  private static boolean isWhole(Message message) {
    return isThere(message.getChannel())
        && isThere(message.getUser())
        && isThere(message.getTs())
        && message.getText() != null;
  }

  private static boolean isThere(String id) {
    return id != null && !id.isBlank() && id.indexOf('/') < 0;
  }

  private static boolean isOfAPerson(Message message) {
    return message.getBotId() == null && !message.getUser().equals(SLACKBOT);
  }

  private static boolean isNew(Message message) {
    boolean isSaid = message.getSubtype() == null || SAID.contains(message.getSubtype());
    return isSaid && !message.isHidden() && message.getEdited() == null;
  }

  private static boolean isDirect(SlackEvent event) {
    return !event.isMention()
        && (DIRECT.contains(event.channelType())
            || (event.channelType().isEmpty() && event.message().getChannel().startsWith("D")));
  }

  /// In channels each mention begins a thread, so that answers do not flood the channel.
  private static SlackPlace place(Message message, boolean isDirect) {
    var thread = Optional.ofNullable(message.getThreadTs()).filter(SlackInbound::isThere);
    return new SlackPlace(
        message.getChannel(), isDirect ? thread : thread.or(() -> Optional.of(message.getTs())));
  }

  private static boolean isToBot(
      SlackEvent event, Optional<String> self, SlackPlace place, Known known) {
    var message = event.message();
    var text = message.getText();
    if (event.isMention() || self.filter(id -> SlackText.mentions(text, id)).isPresent()) {
      return true;
    }
    boolean isInThread = isThere(message.getThreadTs());
    return isInThread
        && !SlackText.mentionsAnybody(text)
        && (self.filter(id -> id.equals(message.getParentUserId())).isPresent()
            || known.isTalking(place, message.getUser()));
  }
}
