package dev.pennyworth.botsapi.dashboard;

import dev.pennyworth.botsapi.bots.JdbcLogs;
import java.util.Locale;

/// The words of the API as people read them.
public final class Words {
  private static final long LONG_DAYS = 365;

  private Words() {}

  /// Such as `Free credit` for `free_credit`, and `Bot: caps changed` for `bot.caps_changed`.
  public static String spoken(String word) {
    var text = word.replace('_', ' ').replace(".", ": ");
    return text.isEmpty()
        ? text
        : text.substring(0, 1).toUpperCase(Locale.ROOT) + text.substring(1);
  }

  /// A count, grouped by thousands.
  public static String count(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  /// A count with its noun, such as `1 row` and `2 rows`.
  public static String count(long number, String noun) {
    return count(number) + " " + noun + (number == 1 ? "" : "s");
  }

  /// How long something lasts at a pace that may change: not to the day where it is long.
  public static String days(long days) {
    return days > LONG_DAYS ? "over a year" : count(days, "day");
  }

  /// A platform's name, such as `WhatsApp`; `Test chat` for what owners say to try a bot.
  public static String platform(String word) {
    return switch (word) {
      case "test" -> "Test chat";
      case "openai" -> "OpenAI-compatible API";
      case "whatsapp" -> "WhatsApp";
      case "custom" -> "Custom webhook";
      default -> spoken(word);
    };
  }

  /// Who talks to a bot.
  public static String person(JdbcLogs.Conversation conversation) {
    return conversation
        .userName()
        .orElse(
            conversation.platform().equals("test")
                ? "A member of the team"
                : conversation.userId());
  }
}
