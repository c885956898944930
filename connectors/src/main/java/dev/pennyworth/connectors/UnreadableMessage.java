package dev.pennyworth.connectors;

import dev.pennyworth.agentloop.InboundMessage;

/// What end users are told whose message holds nothing that a model can read: a voice message, a
/// sticker, a photo without a word. The same on all platforms, at no cost.
public final class UnreadableMessage {
  public static final String NOTICE = "I can only read text so far.";

  private UnreadableMessage() {}

  /// The message, answered by the notice.
  public static InboundMessage answered(InboundMessage message) {
    return message.answeredBy(NOTICE);
  }
}
