package dev.pennyworth.botsapi.dashboard;

import dev.pennyworth.botsapi.bots.BotController;
import java.util.List;

/// One of several things to choose in a form.
///
/// @param value as the API names it
public record Choice(String value, String label) {

  /// Words that stand for themselves, read as people do.
  static List<Choice> ofWords(List<String> words) {
    return words.stream().map(word -> new Choice(word, Words.spoken(word))).toList();
  }

  /// The team's bots, the newest first.
  static List<Choice> ofBots(BotController.Listing bots) {
    return bots.bots().stream().map(bot -> new Choice(bot.id().toString(), bot.name())).toList();
  }
}
