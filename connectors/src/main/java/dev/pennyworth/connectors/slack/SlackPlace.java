package dev.pennyworth.connectors.slack;

import java.util.Optional;

/// A place on Slack: a channel, a direct message, or a thread in one.
///
/// @param channel Slack's id of it, such as `C024BE91L`
/// @param thread the timestamp of the message that the thread hangs on
record SlackPlace(String channel, Optional<String> thread) {

  /// How a conversation names it: `channel` or `channel/thread`.
  String channelId() {
    return thread.map(ts -> channel + "/" + ts).orElse(channel);
  }

  static SlackPlace ofChannel(String channelId) {
    int slash = channelId.indexOf('/');
    return slash < 0
        ? new SlackPlace(channelId, Optional.empty())
        : new SlackPlace(
            channelId.substring(0, slash), Optional.of(channelId.substring(slash + 1)));
  }
}
