package dev.pennyworth.botsapi.dashboard;

import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/// What a page says after something was done. The address carries the word and not the text, so
/// that no link can put words into our mouth.
public enum Notice {
  SAVED("Saved."),
  BOT_MADE("Your bot is ready. Say something to it."),
  BOT_DELETED("The bot is deleted. Its ledger stays."),
  ACTIVATED("The bot is active."),
  PAUSED("The bot is paused. Its platform's messages get no answer."),
  RESUMED("The turn goes on from its last finished step."),
  GIVEN_UP("The turn has ended. Nothing more is charged for it."),
  SWITCHED("You now look at another team."),
  PLAN_CHANGED("The plan is changed."),
  ADDED("Added."),
  SENT("On its way. What comes of it is in the deliveries below."),
  REMOVED("Removed."),
  ERASED("Erased. The ledger keeps amounts only."),
  SIGNED_OUT("You are signed out.");

  private final String text;

  Notice(String text) {
    this.text = text;
  }

  public String text() {
    return text;
  }

  /// As an address carries it.
  String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  static Optional<Notice> ofWord(String word) {
    return Stream.of(values()).filter(notice -> notice.word().equals(word)).findFirst();
  }
}
