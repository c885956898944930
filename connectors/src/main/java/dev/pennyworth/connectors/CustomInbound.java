package dev.pennyworth.connectors;

import dev.pennyworth.agentloop.InboundMessage;
import dev.pennyworth.billing.BotId;
import dev.pennyworth.billing.TeamId;
import java.util.List;
import java.util.Optional;

/// Reads a custom webhook's body.
final class CustomInbound {
  private static final List<String> FIELDS =
      List.of("text", "user_id", "channel_id", "user_name", "event_id", "callback_url");
  private static final int TEXT_LENGTH_MAX = 100_000;
  private static final int ID_LENGTH_MAX = 200;
  private static final int URL_LENGTH_MAX = 2_000;

  private CustomInbound() {}

  /// The message. May look up the name of a callback's host.
  ///
  /// @param signature the event's identity where the sender gives none
  /// @throws HttpFailure 400 or 422, saying what is wrong with the body
  static InboundMessage read(
      Json json, CallbackUrls urls, byte[] raw, TeamId team, BotId bot, String signature) {
    var body = RequestBody.read(json, raw, FIELDS);
    var message =
        new InboundMessage(
            team,
            bot,
            "custom",
            body.text("event_id", 1, ID_LENGTH_MAX)
                .map(id -> "event/" + id)
                .orElse("signature/" + signature),
            body.required("channel_id", body.text("channel_id", 1, ID_LENGTH_MAX)),
            body.required("user_id", body.text("user_id", 1, ID_LENGTH_MAX)),
            body.text("user_name", 1, ID_LENGTH_MAX),
            body.required("text", body.chat("text", TEXT_LENGTH_MAX)),
            Optional.empty(),
            body.text("callback_url", 1, URL_LENGTH_MAX),
            Optional.empty());
    message.callbackUrl().ifPresent(url -> urls.require("callback_url", url));
    return message;
  }
}
