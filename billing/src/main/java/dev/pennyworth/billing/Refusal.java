package dev.pennyworth.billing;

import java.time.Instant;
import java.util.Optional;

/// Why money could not be set aside: the limit that left the least room.
///
/// @param period `lifetime`, `day`, `week` or `month` of a bot's cap; empty for other scopes
/// @param limit what the limit allows in all; of the wallet: all that was ever put in
/// @param needed the least that the step would have needed
/// @param resetsAt when the limit starts afresh by itself; empty if it does not
public record Refusal(
    Scope scope,
    Optional<String> period,
    NanoUsd limit,
    NanoUsd spent,
    NanoUsd held,
    NanoUsd remaining,
    NanoUsd needed,
    Optional<Instant> resetsAt) {

  /// Whose limit it is.
  public enum Scope {
    BOT_CAP("bot_cap", "Raise or remove the bot's cap."),
    MESSAGE("message_budget", "Raise or remove the bot's max_cost_cents_per_message."),
    END_USER(
        "end_user", "Raise or remove the bot's end_user_daily_cents, or wait for the next day."),
    WALLET("wallet", "Top up the wallet.");

    private final String word;
    private final String remedy;

    Scope(String word, String remedy) {
      this.word = word;
      this.remedy = remedy;
    }

    /// The word that HTTP uses.
    public String word() {
      return word;
    }

    /// What the owner can do about it.
    public String remedy() {
      return remedy;
    }
  }
}
