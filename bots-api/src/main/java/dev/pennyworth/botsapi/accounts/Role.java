package dev.pennyworth.botsapi.accounts;

import java.util.List;
import java.util.Locale;

/// What a member may do in a team. The table of all routes and roles stands in a test, RolesTest.
public enum Role {
  /// Everything.
  OWNER(true, true, true),
  /// Money and limits, and no prompts or messages.
  BILLING(true, false, false),
  /// Bots, and no money: lowers a bot's limits, and never raises them.
  EDITOR(false, true, true),
  /// Looks at bots and conversations, and changes nothing.
  VIEWER(false, false, true);

  private final boolean movesMoney;
  private final boolean editsBots;
  private final boolean readsPrompts;

  Role(boolean movesMoney, boolean editsBots, boolean readsPrompts) {
    this.movesMoney = movesMoney;
    this.editsBots = editsBots;
    this.readsPrompts = readsPrompts;
  }

  /// The words that the database and HTTP use, from most to least.
  public static final List<String> WORDS = List.of("owner", "billing", "editor", "viewer");

  /// Reads one of [#WORDS].
  static Role ofWord(String word) {
    return Role.valueOf(word.toUpperCase(Locale.ROOT));
  }

  /// The word that the database and HTTP use.
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /// Deposits, limits, plan, and what a bot may spend.
  public boolean movesMoney() {
    return movesMoney;
  }

  /// Balance, ledger, usage and the audit log.
  public boolean readsMoney() {
    return movesMoney;
  }

  public boolean editsBots() {
    return editsBots;
  }

  /// Prompts, conversations and messages.
  public boolean readsPrompts() {
    return readsPrompts;
  }

  /// Bots as whole, or in what they may spend.
  public boolean changesBots() {
    return editsBots || movesMoney;
  }

  /// API keys of one's own: they reach as far as their maker.
  public boolean makesKeys() {
    return this != VIEWER;
  }

  /// Members, and the keys of others.
  public boolean managesTeam() {
    return this == OWNER;
  }
}
