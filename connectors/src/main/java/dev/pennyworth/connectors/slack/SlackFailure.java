package dev.pennyworth.connectors.slack;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// A call to Slack that did not succeed.
final class SlackFailure extends Exception {
  private static final long serialVersionUID = 1;

  /// What is known of the call.
  enum Kind {
    /// Slack said no, and why.
    REFUSED,
    /// Slack has not done it, and may later: it is busy, broken, or was not reached.
    NOT_TAKEN,
    /// It was written, and no answer came that tells.
    UNKNOWN
  }

  private static final Set<String> OF_TOKEN =
      Set.of("invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired");

  /// Errors that pass by themselves.
  private static final Set<String> LATER =
      Set.of(
          "ratelimited",
          "rate_limited",
          "service_unavailable",
          "request_timeout",
          "team_added_to_org",
          "org_login_required");

  /// Errors of which Slack says that a part of the call may have succeeded.
  private static final Set<String> DOUBTFUL = Set.of("internal_error", "fatal_error");

  private static final Map<String, String> SENTENCES =
      Map.ofEntries(
          Map.entry("channel_not_found", "the bot cannot see the channel any more"),
          Map.entry("not_in_channel", "the bot is not in the channel: invite it"),
          Map.entry("is_archived", "the channel is archived"),
          Map.entry("messages_tab_disabled", "direct messages to the app are switched off"),
          Map.entry("no_permission", "the workspace does not permit the bot to write there"),
          Map.entry("access_denied", "the workspace does not permit the bot to write there"),
          Map.entry("restricted_action", "the workspace does not permit the bot to write there"),
          Map.entry("cannot_reply_to_message", "the message cannot be answered in a thread"),
          Map.entry("message_limit_exceeded", "the workspace has reached its limit of messages"),
          Map.entry("team_access_not_granted", "the app is not installed in the workspace"),
          Map.entry("enterprise_is_restricted", "the organization does not permit the app"),
          Map.entry("user_not_found", "the end user is not there any more"));

  private final Kind kind;
  private final String error;
  private final Optional<Duration> retryAfter;

  private SlackFailure(Kind kind, String error, String message, Optional<Duration> retryAfter) {
    super(message);
    this.kind = kind;
    this.error = error;
    this.retryAfter = retryAfter;
  }

  /// What an answer means whose `ok` is false.
  ///
  /// @param needed the scope that is missing; empty if it is not about scopes
  static SlackFailure answered(String error, String needed) {
    var kind =
        LATER.contains(error)
            ? Kind.NOT_TAKEN
            : DOUBTFUL.contains(error) ? Kind.UNKNOWN : Kind.REFUSED;
    return new SlackFailure(kind, error, sentence(error, needed), Optional.empty());
  }

  private static String sentence(String error, String needed) {
    if (OF_TOKEN.contains(error)) {
      return SlackConnector.TOKEN_REFUSED;
    }
    if (!needed.isEmpty()) {
      return "Slack refused: the bot token lacks the scope %s. Add it under OAuth & Permissions, and install the app again."
          .formatted(needed);
    }
    var known = SENTENCES.get(error);
    return known == null
        ? "Slack refused: " + error
        : "Slack refused: %s (%s)".formatted(known, error);
  }

  /// @param reason what was met instead of Slack
  static SlackFailure broken(String reason) {
    return new SlackFailure(
        Kind.NOT_TAKEN,
        "",
        "Slack is broken for the moment (%s).".formatted(reason),
        Optional.empty());
  }

  static SlackFailure tooFast(Optional<Duration> retryAfter) {
    return new SlackFailure(
        Kind.NOT_TAKEN, "ratelimited", "Slack asked for a slower pace.", retryAfter);
  }

  static SlackFailure notReached() {
    return new SlackFailure(Kind.NOT_TAKEN, "", "Slack was not reached.", Optional.empty());
  }

  static SlackFailure unknown() {
    return new SlackFailure(Kind.UNKNOWN, "", "Slack did not answer.", Optional.empty());
  }

  Kind kind() {
    return kind;
  }

  /// As Slack names it; empty if it was not Slack that answered.
  String error() {
    return error;
  }

  /// For the owner; never with the token.
  String description() {
    return String.valueOf(getMessage());
  }

  Optional<Duration> retryAfter() {
    return retryAfter;
  }

  boolean isOfToken() {
    return OF_TOKEN.contains(error);
  }
}
