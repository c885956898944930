package dev.pennyworth.botsapi.dashboard;

import dev.pennyworth.botsapi.accounts.Role;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/// The tabs of a bot's page, in their order.
public enum BotTab {
  CHAT("Chat"),
  SETTINGS("Settings"),
  LIMITS("Limits"),
  PLATFORM("Platform"),
  TOOLS("Tools"),
  CONVERSATIONS("Conversations"),
  TURNS("Turns"),
  ANALYTICS("Analytics");

  private final String label;

  BotTab(String label) {
    this.label = label;
  }

  public String label() {
    return label;
  }

  /// Below the bot's address.
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  private boolean isOpenTo(Role role) {
    return switch (this) {
      case CHAT, PLATFORM -> role.editsBots();
      case SETTINGS, CONVERSATIONS, TURNS -> role.readsPrompts();
      case LIMITS, TOOLS, ANALYTICS -> true;
    };
  }

  /// Those that a role may open.
  public static List<BotTab> of(Role role) {
    return Stream.of(values()).filter(tab -> tab.isOpenTo(role)).toList();
  }
}
