package dev.pennyworth.botsapi.accounts;

import java.util.Locale;

/// What a member may do in a team.
public enum Role {
  /// Everything.
  OWNER(true, true, true),
  /// Money, and no prompts or messages.
  BILLING(true, false, false),
  /// Bots, and no money.
  EDITOR(false, true, true),
  /// Looks, and changes nothing.
  VIEWER(false, false, true);

  private final boolean movesMoney;
  private final boolean editsBots;
  private final boolean readsPrompts;

  Role(boolean movesMoney, boolean editsBots, boolean readsPrompts) {
    this.movesMoney = movesMoney;
    this.editsBots = editsBots;
    this.readsPrompts = readsPrompts;
  }

  /// Reads the word that the database and HTTP use.
  static Role ofWord(String word) {
    return Role.valueOf(word.toUpperCase(Locale.ROOT));
  }

  /// The word that the database and HTTP use.
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  public boolean movesMoney() {
    return movesMoney;
  }

  public boolean editsBots() {
    return editsBots;
  }

  /// Prompts, conversations and messages.
  public boolean readsPrompts() {
    return readsPrompts;
  }

  /// Members, and the keys of others.
  public boolean managesTeam() {
    return this == OWNER;
  }
}
