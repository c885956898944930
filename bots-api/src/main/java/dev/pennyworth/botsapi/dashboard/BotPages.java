package dev.pennyworth.botsapi.dashboard;

import dev.pennyworth.botsapi.accounts.Caller;
import dev.pennyworth.botsapi.bots.BotDesk;
import dev.pennyworth.botsapi.bots.BotView;
import dev.pennyworth.connectors.HttpFailure;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// What the tabs of a bot's page have in common.
final class BotPages {
  private final BotDesk desk;

  BotPages(BotDesk desk) {
    this.desk = desk;
  }

  /// @throws HttpFailure 404
  BotView bot(Caller caller, String id) {
    return desk.view(caller, id);
  }

  /// A tab's page, with its template named after it.
  static HtmlPages.Page page(BotView bot, BotTab tab, Map<String, Object> model) {
    var all = new HashMap<>(model);
    all.put("page", new BotPage(bot, tab));
    return new HtmlPages.Page(
        200,
        bot.name() + " · " + tab.label(),
        Optional.of(Section.BOTS),
        "pages/bot-" + tab.word(),
        all);
  }

  /// Where a tab is.
  static String path(BotView bot, BotTab tab) {
    return new BotPage(bot, tab).path();
  }
}
