package dev.pennyworth.connectors.whatsapp;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// What Meta's error codes mean, and what owners read of them. Source: developers.facebook.com,
/// Cloud API, error codes.
final class WhatsAppErrors {
  static final int TOKEN = 190;
  static final int PARAMETER = 100;

  static final String TOKEN_REFUSED =
      "WhatsApp does not take the bot's access token: it was withdrawn or has run out. Make one for a"
          + " system user, which does not run out, set it in platform_config.access_token, and"
          + " activate the bot again.";

  static final String APP_SECRET_REFUSED =
      "platform_config.app_secret is not the secret of the app that the access token belongs to:"
          + " WhatsApp's messages could not be verified. Copy it from App settings > Basic in Meta's"
          + " app dashboard.";

  static final String NOT_PERMITTED =
      "The access token may not use this WhatsApp number: give its system user the number's WhatsApp"
          + " Business Account, and the token the permissions whatsapp_business_messaging and"
          + " whatsapp_business_management.";

  static final String WINDOW_CLOSED =
      "WhatsApp's 24-hour window is closed: the end user's last message is more than 24 hours old,"
          + " and until the next one WhatsApp takes approved templates only.";

  private static final int DETAILS_LENGTH_MAX = 300;

  /// The pace is too fast: how long to wait at least.
  private static final Map<Integer, Duration> PAUSES =
      Map.of(
          4, Duration.ofMinutes(1), // calls of the app
          17, Duration.ofMinutes(1), // calls of a user
          32, Duration.ofMinutes(1), // calls of a page
          613, Duration.ofMinutes(1), // calls of any kind
          80_007, Duration.ofMinutes(1), // calls of the business account
          130_429, Duration.ofSeconds(1), // messages of the number
          131_056, Duration.ofSeconds(6), // messages to one end user
          131_048, Duration.ofMinutes(15)); // too many end users called it spam

  /// Meta has not taken it, and may later.
  private static final Set<Integer> TRANSIENT = Set.of(1, 2, 131_000, 131_016, 131_057, 133_004);

  private static final Map<Integer, String> SENTENCES =
      Map.ofEntries(
          Map.entry(131_047, WINDOW_CLOSED),
          Map.entry(470, WINDOW_CLOSED),
          Map.entry(
              131_026,
              "WhatsApp cannot deliver to this end user: the number is not on WhatsApp any more,"
                  + " blocked the bot, or has an old version."),
          Map.entry(
              131_021, "WhatsApp does not deliver a message from the bot's number to itself."),
          Map.entry(
              131_030,
              "The app is in test mode: add the end user's number to the allowed recipients in Meta's"
                  + " app dashboard, or use a number of your own."),
          Map.entry(
              131_031,
              "Meta has locked the WhatsApp Business Account. See why in WhatsApp Manager."),
          Map.entry(
              368,
              "Meta has restricted the WhatsApp Business Account. See why in WhatsApp Manager."),
          Map.entry(
              131_042,
              "Meta asks for a payment method of the WhatsApp Business Account: see WhatsApp"
                  + " Manager."),
          Map.entry(
              131_049, "WhatsApp did not deliver, to keep the end user from too many messages."),
          Map.entry(
              131_037,
              "The display name of the WhatsApp number has to be approved first: see WhatsApp"
                  + " Manager."),
          Map.entry(
              131_045,
              "The WhatsApp number is not registered for the Cloud API: register it first."),
          Map.entry(
              133_010,
              "The WhatsApp number is not registered for the Cloud API: register it first."),
          Map.entry(
              130_497, "WhatsApp does not let this business write to end users in that country."),
          Map.entry(
              131_062, "WhatsApp does not let this bot write to an end user without a number."));

  private WhatsAppErrors() {}

  /// How long to wait at least, if the pace was too fast.
  static Optional<Duration> pause(int code) {
    return Optional.ofNullable(PAUSES.get(code));
  }

  static boolean isTransient(int code) {
    return TRANSIENT.contains(code);
  }

  /// Also for tokens that have no token's shape.
  static boolean isOfToken(int code) {
    return code == TOKEN || code == 0 || code == 102;
  }

  static boolean isOfPermission(int code) {
    return code == 3 || code == 10 || (code >= 200 && code <= 299) || code == 131_005;
  }

  /// For the owner.
  ///
  /// @param details in Meta's words
  static String sentence(int code, String details) {
    if (isOfToken(code)) {
      return TOKEN_REFUSED; // Meta's own words may hold the token
    }
    if (isOfPermission(code)) {
      return NOT_PERMITTED;
    }
    return SENTENCES.getOrDefault(
        code, "WhatsApp does not take the message: %s (%d)".formatted(shortened(details), code));
  }

  /// What an error of Meta's says, the most telling first.
  static String details(JsonNode error) {
    for (var at : new String[] {"/error_data/details", "/error_user_msg", "/message", "/title"}) {
      var said = error.at(at).asText("");
      if (!said.isBlank()) {
        return said.strip();
      }
    }
    return "no reason given";
  }

  private static String shortened(String text) {
    return text.length() <= DETAILS_LENGTH_MAX ? text : text.substring(0, DETAILS_LENGTH_MAX) + "…";
  }
}
