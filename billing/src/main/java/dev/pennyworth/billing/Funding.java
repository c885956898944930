package dev.pennyworth.billing;

/// Who pays for a hold.
enum Funding {
  WALLET("wallet"),
  /// The plan's period: its credits and tokens.
  PLAN("plan"),
  /// The owner, at the provider: nothing is taken here.
  OWN_KEY("own_key");

  private final String word;

  Funding(String word) {
    this.word = word;
  }

  String word() {
    return word;
  }

  static Funding of(String word) {
    for (var funding : values()) {
      if (funding.word.equals(word)) {
        return funding;
      }
    }
    throw new IllegalArgumentException("no funding is called " + word);
  }
}
