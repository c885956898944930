package dev.pennyworth.connectors.telegram;

import dev.pennyworth.agentloop.SecretText;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.regex.Pattern;

/// How far a bot's updates were read. Good for a day: Telegram keeps no update longer, and numbers
/// them anew after a quiet week. Without one all that wait are read, and those that are stored
/// already are seen to be the same.
///
/// @param bot Telegram's id of it, which the token begins with
/// @param offset the next update
/// @param at when the one before came
record TelegramCursor(String bot, int offset, Instant at) {
  private static final Duration AGE_MAX = Duration.ofDays(1);
  private static final Pattern WRITTEN = Pattern.compile("([^/]+)/(\\d{1,10})/(\\d{1,12})");

  static TelegramCursor none(SecretText token) {
    return new TelegramCursor(bot(token), 0, Instant.EPOCH);
  }

  /// As it was written; none if it is another bot's.
  static TelegramCursor read(Optional<String> written, SecretText token) {
    return written
        .map(WRITTEN::matcher)
        .filter(found -> found.matches() && found.group(1).equals(bot(token)))
        .map(found ->
            new TelegramCursor(
                found.group(1),
                (int) Math.min(Long.parseLong(found.group(2)), Integer.MAX_VALUE),
                Instant.ofEpochSecond(Long.parseLong(found.group(3)))))
        .orElseGet(() -> none(token));
  }

  /// The bot's id, which its token begins with.
  static String bot(SecretText token) {
    return token.reveal().split(":", 2)[0];
  }

  TelegramCursor to(int next, Instant now) {
    return new TelegramCursor(bot, next, now);
  }

  /// 0 for all updates that wait.
  int offset(Instant now) {
    return at.plus(AGE_MAX).isAfter(now) ? offset : 0;
  }

  @Override
  public String toString() {
    return bot + "/" + offset + "/" + at.getEpochSecond();
  }
}
