package dev.pennyworth.billing;

import java.util.Arrays;
import java.util.Optional;

/// The kinds of [Event]: all that owners can be told. What the data of each holds, with an example,
/// is in docs/EVENTS.md.
public enum EventType {
  /// A bot has spent a percentage of one of its caps that its team wants to hear of.
  BOT_CAP_THRESHOLD("bot.cap.threshold"),
  /// The same for the team's monthly limit.
  TEAM_LIMIT_THRESHOLD("team.limit.threshold"),
  /// The same for the plan's monthly credits or tokens.
  PLAN_QUOTA_THRESHOLD("plan.quota.threshold"),
  /// What is available in the wallet fell below a threshold.
  WALLET_LOW_BALANCE("wallet.low_balance"),
  /// A step was refused because it did not fit under a bot's cap.
  BOT_CAP_REACHED("bot.cap.reached"),
  /// A turn waits for money or for an approval.
  TURN_PARKED("turn.parked"),
  /// A parked turn goes on.
  TURN_RESUMED("turn.resumed"),
  /// A reply did not reach its end user, or perhaps did not.
  REPLY_FAILED("reply.failed"),
  /// The wallet was topped up by itself.
  AUTO_RELOAD_SUCCEEDED("auto_reload.succeeded"),
  /// The wallet was to be topped up, and was not.
  AUTO_RELOAD_FAILED("auto_reload.failed"),
  /// A payment was credited.
  PAYMENT_SUCCEEDED("payment.succeeded"),
  /// A payment was tried and did not come.
  PAYMENT_FAILED("payment.failed"),
  /// What was paid cannot be credited.
  PAYMENT_REFUSED("payment.refused"),
  /// A payment was given back.
  PAYMENT_REFUNDED("payment.refunded"),
  /// A payment is disputed by who paid it.
  PAYMENT_DISPUTED("payment.disputed"),
  /// The team has another plan.
  PLAN_CHANGED("plan.changed"),
  /// The next period of the plan could not be paid.
  PLAN_RENEWAL_FAILED("plan.renewal_failed"),
  /// An outbound webhook was switched off because it failed for too long.
  WEBHOOK_ENDPOINT_DISABLED("webhook_endpoint.disabled"),
  /// A test that an owner asked for.
  PING("ping");

  private final String word;

  EventType(String word) {
    this.word = word;
  }

  /// Reads the word that the database and HTTP use; empty if it is not one.
  public static Optional<EventType> ofWord(String word) {
    return Arrays.stream(values()).filter(type -> type.word.equals(word)).findFirst();
  }

  /// The word that the database and HTTP use.
  public String word() {
    return word;
  }
}
