package dev.pennyworth.botsapi.dashboard;

import dev.pennyworth.botsapi.bots.BotView;

/// A bot and the tab of its page that is open.
public record BotPage(BotView bot, BotTab tab) {

  /// The address of a tab.
  public String path(BotTab other) {
    return "/dashboard/bots/" + bot.id() + "/" + other.word();
  }

  public String path() {
    return path(tab);
  }
}
