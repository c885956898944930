package dev.pennyworth.connectors;

/// How bots of a platform are listened to by a connection that this program opens and keeps: a
/// gateway, or polling. [PlatformSlots] sees to it that each bot has one, over all nodes.
public interface PlatformListener {
  /// Such as `telegram`.
  String platform();

  /// Whether the bot is listened to this way; if not, its messages come by webhook.
  boolean isFor(WebhookBot bot);

  /// Begins to listen. Returns soon; the listening goes on until it is closed. What is thrown is
  /// tried again after a pause.
  Listening open(WebhookBot bot, Slot slot);
}
