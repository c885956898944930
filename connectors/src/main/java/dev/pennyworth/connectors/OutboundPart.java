package dev.pennyworth.connectors;

import dev.pennyworth.billing.TurnId;
import dev.pennyworth.billing.TypedIds;
import java.util.Optional;

/// A reply, or one of the parts of a long one, on its way to a platform.
///
/// @param channelId where it goes, as the platform names it
/// @param replyTo what the platform needs besides: what the connector put into the message
/// @param endUserId who is answered
/// @param text in Markdown, as models write it; no longer than the platform takes
/// @param turn that ended with it
/// @param number counts from 1
/// @param count of the reply's parts
public record OutboundPart(
    String channelId,
    Optional<String> replyTo,
    String endUserId,
    String text,
    TurnId turn,
    int number,
    int count) {

  /// Names this part, always the same: for platforms that deduplicate by a key of the sender's.
  ///
  /// @param lengthMax 8 to 32 characters of hex
  public String key(int lengthMax) {
    String hex =
        TypedIds.of("part", turn.uuid().toString(), Integer.toString(number))
            .toString()
            .replace("-", "");
    return hex.substring(0, Math.min(lengthMax, hex.length()));
  }
}
