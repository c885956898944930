package dev.pennyworth.botsapi.dashboard;

import java.util.Locale;

/// The words of the API as people read them.
public final class Words {
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
}
