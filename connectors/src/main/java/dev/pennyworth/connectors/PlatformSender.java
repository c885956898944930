package dev.pennyworth.connectors;

import java.time.Duration;
import java.util.Optional;

/// How replies go out on one platform. Called on virtual threads, many at a time; blocks until the
/// platform has answered or a bounded time has passed. Retries nothing by itself.
public interface PlatformSender {
  /// Such as `telegram`.
  String platform();

  /// The most UTF-16 units of one message.
  int partLengthMax();

  /// Messages to one chat follow each other at this distance at least.
  Duration pauseInChat();

  /// The most messages of one bot in a second, over all chats.
  int perSecondMax();

  /// Whether the platform shows a part once however often it is sent, by [OutboundPart#key].
  boolean isRepeatHarmless();

  /// Sends one part. What the platform refuses for its formatting is sent once more as plain text.
  Sent send(WebhookBot bot, OutboundPart part);

  /// How long what [#showTyping] shows stays.
  default Duration typingLasts() {
    return Duration.ofSeconds(5);
  }

  /// Tells the end user that an answer is being written, where the platform can. Never throws.
  default void showTyping(WebhookBot bot, String channelId, Optional<String> replyTo) {}
}
