package dev.pennyworth.billing;

import java.util.List;
import java.util.Optional;

/// The plans that a team can be on. One credit is one US cent.
public enum Plan {
  FREE("free", "Free", 0, 500, 10_000, false),
  PRO("pro", "Pro", 14_900, 10_000, 2_000_000, true);

  private final String word;
  private final String title;
  private final long monthlyPriceCents;
  private final long credits;
  private final long tokens;
  private final boolean hasOverage;

  Plan(
      String word,
      String title,
      long monthlyPriceCents,
      long credits,
      long tokens,
      boolean hasOverage) {
    this.word = word;
    this.title = title;
    this.monthlyPriceCents = monthlyPriceCents;
    this.credits = credits;
    this.tokens = tokens;
    this.hasOverage = hasOverage;
  }

  public static Optional<Plan> parse(String word) {
    for (var plan : values()) {
      if (plan.word.equals(word)) {
        return Optional.of(plan);
      }
    }
    return Optional.empty();
  }

  /// The word that HTTP and SQL use.
  public String word() {
    return word;
  }

  /// Its name for people.
  public String title() {
    return title;
  }

  public NanoUsd monthlyPrice() {
    return NanoUsd.ofCents(monthlyPriceCents);
  }

  /// What it grants each month.
  public NanoUsd credits() {
    return NanoUsd.ofCents(credits);
  }

  /// What it grants each month; whichever ends first ends the grant.
  public long tokens() {
    return tokens;
  }

  /// Whether steps go on at the wallet's expense once the grant is used up.
  public boolean hasOverage() {
    return hasOverage;
  }

  /// What it offers, in words for people.
  public List<String> features() {
    return switch (this) {
      case FREE ->
          List.of("500 credits a month", "10,000 tokens a month", "Stops when either is used up");
      case PRO ->
          List.of(
              "10,000 credits a month",
              "2,000,000 tokens a month",
              "Goes on as overage on the wallet, up to a ceiling that you set");
    };
  }
}
