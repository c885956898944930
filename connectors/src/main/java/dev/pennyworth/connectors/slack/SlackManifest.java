package dev.pennyworth.connectors.slack;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// What an app has to be set to at Slack. Source: docs.slack.dev, app manifest reference.
final class SlackManifest {
  /// Without them the bot hears or says nothing.
  static final List<String> SCOPES_REQUIRED =
      List.of("app_mentions:read", "chat:write", "im:history");

  /// All it asks for. With those of channels, what follows a mention in a thread arrives.
  static final List<String> SCOPES =
      Stream.concat(
              SCOPES_REQUIRED.stream(),
              Stream.of("channels:history", "groups:history", "mpim:history"))
          .toList();

  static final List<String> EVENTS =
      List.of("app_mention", "message.im", "message.channels", "message.groups", "message.mpim");

  private static final int NAME_LENGTH_MAX = 35;

  private SlackManifest() {}

  /// As JSON, ready to paste.
  ///
  /// @param name of the app, as its users see it
  /// @param requestUrl empty for Socket Mode
  static String json(String name, Optional<String> requestUrl) {
    var manifest = JsonNodeFactory.instance.objectNode();
    var shown = name.substring(0, Math.min(name.length(), NAME_LENGTH_MAX));
    manifest.putObject("display_information").put("name", shown);
    putFeatures(manifest.putObject("features"), shown);
    var scopes = manifest.putObject("oauth_config").putObject("scopes").putArray("bot");
    SCOPES.forEach(scopes::add);
    var settings = manifest.putObject("settings");
    var subscriptions = settings.putObject("event_subscriptions");
    requestUrl.ifPresent(url -> subscriptions.put("request_url", url));
    var events = subscriptions.putArray("bot_events");
    EVENTS.forEach(events::add);
    settings.put("socket_mode_enabled", requestUrl.isEmpty());
    return manifest.toPrettyString();
  }

  private static void putFeatures(ObjectNode features, String name) {
    features.putObject("bot_user").put("display_name", name).put("always_online", true);
    features
        .putObject("app_home")
        .put("home_tab_enabled", false)
        .put("messages_tab_enabled", true)
        .put("messages_tab_read_only_enabled", false);
  }
}
