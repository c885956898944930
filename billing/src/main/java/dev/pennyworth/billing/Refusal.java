package dev.pennyworth.billing;

import java.time.Instant;
import java.util.Optional;

/// Why nothing could be set aside: the limit that left the least room. Figures are in the unit of
/// their scope: nano-dollars, or tokens.
///
/// @param period `lifetime`, `day`, `week` or `month` of a bot's cap; empty for other scopes
/// @param limit what the limit allows in all; of the wallet: all that was ever put in
/// @param needed the least that the step would have needed
/// @param resetsAt when the limit starts afresh by itself; empty if it does not
public record Refusal(
    Scope scope,
    Optional<String> period,
    long limit,
    long spent,
    long held,
    long remaining,
    long needed,
    Optional<Instant> resetsAt) {

  public enum Unit {
    NANO_USD,
    TOKENS
  }

  /// Whose limit it is.
  public enum Scope {
    BOT_CAP("bot_cap", Unit.NANO_USD, "Raise or remove the bot's cap."),
    MESSAGE(
        "message_budget", Unit.NANO_USD, "Raise or remove the bot's max_cost_cents_per_message."),
    END_USER(
        "end_user",
        Unit.NANO_USD,
        "Raise or remove the bot's end_user_daily_cents, or wait for the next day."),
    WALLET("wallet", Unit.NANO_USD, "Top up the wallet."),
    TEAM_LIMIT(
        "team_limit",
        Unit.NANO_USD,
        "Raise or remove the team's monthly_limit_cents, or wait for the next month."),
    PLAN_CREDITS(
        "plan_quota",
        Unit.NANO_USD,
        "Change to a larger plan or to billing_mode wallet, or wait for the next period."),
    PLAN_TOKENS(
        "plan_quota",
        Unit.TOKENS,
        "Change to a larger plan or to billing_mode wallet, or wait for the next period."),
    OVERAGE(
        "plan_quota",
        Unit.NANO_USD,
        "Raise or remove the team's overage_ceiling_cents, or wait for the next period.");

    private final String word;
    private final Unit unit;
    private final String remedy;

    Scope(String word, Unit unit, String remedy) {
      this.word = word;
      this.unit = unit;
      this.remedy = remedy;
    }

    /// The word that HTTP uses.
    public String word() {
      return word;
    }

    /// What the figures of a refusal count.
    public Unit unit() {
      return unit;
    }

    /// What the owner can do about it.
    public String remedy() {
      return remedy;
    }
  }
}
