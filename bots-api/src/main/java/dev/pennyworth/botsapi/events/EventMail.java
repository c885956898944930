package dev.pennyworth.botsapi.events;

import dev.pennyworth.billing.EventType;
import java.net.URI;
import java.util.Optional;

/// What owners read about an event by e-mail: what happened, with the figures, and what can be
/// done. Chatty events and tests are for programs only.
final class EventMail {
  private EventMail() {}

  /// A subject and two paragraphs.
  private record Words(String subject, String happened, String remedy) {}

  /// Whether events of a type are worth an e-mail.
  static boolean isSent(EventType type) {
    return switch (type) {
      case BOT_CAP_THRESHOLD,
          TEAM_LIMIT_THRESHOLD,
          PLAN_QUOTA_THRESHOLD,
          WALLET_LOW_BALANCE,
          BOT_CAP_REACHED,
          AUTO_RELOAD_SUCCEEDED,
          AUTO_RELOAD_FAILED,
          PAYMENT_SUCCEEDED,
          PAYMENT_FAILED,
          PAYMENT_REFUSED,
          PAYMENT_REFUNDED,
          PAYMENT_DISPUTED,
          PLAN_CHANGED,
          PLAN_RENEWAL_FAILED,
          WEBHOOK_ENDPOINT_DISABLED,
          TURN_PARKED,
          TURN_RESUMED,
          REPLY_FAILED ->
          true;
      case PING -> false;
    };
  }

  /// The e-mail; empty if there is nobody to write to, or nothing worth it.
  ///
  /// @param publicUrl where the owners sign in
  static Optional<Mail> write(Letter.ByMail letter, URI publicUrl) {
    var event = letter.event();
    var type = EventType.ofWord(event.type()).filter(EventMail::isSent);
    if (type.isEmpty() || letter.recipients().isEmpty()) {
      return Optional.empty();
    }
    var facts = new EventFacts(event.facts());
    var bot = named(letter.botName(), facts);
    var words = words(type.get(), facts, bot);
    var text =
        """
        %s

        %s

        The figures:
        %s

        Team: %s
        When: %s
        Event: %s (%s)
        Sign in: %s
        You read this because you are an owner or billing member of the team.
        """
            .formatted(
                words.happened(),
                words.remedy(),
                facts.list(),
                EventFacts.plain(letter.teamName()),
                event.at(),
                event.id(),
                event.type(),
                publicUrl);
    return Optional.of(new Mail(event.id().toString(), letter.recipients(), words.subject(), text));
  }

  /// What happened, in one line.
  static String subject(EventType type, StoredEvent event, Optional<String> botName) {
    var facts = new EventFacts(event.facts());
    return words(type, facts, named(botName, facts)).subject();
  }

  private static String named(Optional<String> botName, EventFacts facts) {
    return botName
        .map(name -> "'" + EventFacts.plain(name) + "'")
        .orElseGet(() -> facts.text("bot_id", "A bot"));
  }

  private static Words words(EventType type, EventFacts facts, String bot) {
    return switch (type) {
      case BOT_CAP_THRESHOLD -> capThreshold(facts, bot);
      case BOT_CAP_REACHED -> capReached(facts, bot);
      case TEAM_LIMIT_THRESHOLD -> teamThreshold(facts);
      case PLAN_QUOTA_THRESHOLD -> quotaThreshold(facts);
      case WALLET_LOW_BALANCE ->
          new Words(
              "Your wallet is down to " + facts.money("available_nanos", "little"),
              "%s is available in your wallet%s. Bots that are paid from it stop once it is empty."
                  .formatted(
                      facts.money("available_nanos", "Little money"),
                      facts.moneyClause(", which is below %s", "threshold_nanos")),
              "You can deposit money, or switch on auto-reload.");
      case AUTO_RELOAD_SUCCEEDED ->
          new Words(
              "Auto-reload added %s to your wallet".formatted(facts.money("amount_nanos", "money")),
              "Your wallet ran low, and %s was added to it by auto-reload%s."
                  .formatted(
                      facts.money("amount_nanos", "the amount you set"),
                      facts.moneyClause("; it now holds %s", "balance_nanos")),
              "You need not do anything. Amount, threshold and monthly ceiling are yours to change.");
      case AUTO_RELOAD_FAILED ->
          new Words(
              "Auto-reload could not top up your wallet",
              "Your wallet ran low, and %s could not be added by auto-reload%s."
                  .formatted(
                      facts.money("amount_nanos", "the amount you set"),
                      facts.clause(": %s", "reason")),
              "You can deposit money by hand, or check the payment method and the monthly ceiling.");
      case PAYMENT_SUCCEEDED ->
          new Words(
              "We received your payment of " + facts.money("amount_nanos", "money"),
              "%s was paid and credited to your wallet%s."
                  .formatted(
                      facts.money("amount_nanos", "Your payment"),
                      facts.moneyClause("; it now holds %s", "balance_nanos")),
              "You need not do anything. The ledger shows the deposit.");
      case PAYMENT_FAILED ->
          new Words(
              "Your payment of %s did not come".formatted(facts.money("amount_nanos", "money")),
              "Your payment of %s did not come%s. Nothing was credited."
                  .formatted(facts.money("amount_nanos", "money"), facts.clause(": %s", "reason")),
              "You can try again with another deposit.");
      case PAYMENT_REFUSED ->
          new Words(
              "Your payment could not be credited",
              "A payment of yours could not be credited%s."
                  .formatted(facts.clause(": %s", "reason")),
              "Write to whoever runs this server: it will be given back.");
      case PAYMENT_REFUNDED ->
          new Words(
              "A payment of %s was refunded".formatted(facts.money("amount_nanos", "yours")),
              "%s of an earlier payment was given back, and taken from your wallet."
                  .formatted(facts.money("amount_nanos", "An amount")),
              "If you did not ask for this, write to whoever runs this server.");
      case PAYMENT_DISPUTED ->
          new Words(
              "A payment of %s is disputed".formatted(facts.money("amount_nanos", "yours")),
              "The bank of whoever paid disputes a payment of %s; it was taken from your wallet until that is settled."
                  .formatted(facts.money("amount_nanos", "yours")),
              "If the payment was meant, ask the card's holder to withdraw the dispute. Bots that are paid from the wallet may stop.");
      case PLAN_CHANGED ->
          new Words(
              "Your plan is now " + facts.text("plan", "another one"),
              "Your team's plan is now %s%s."
                  .formatted(
                      facts.text("plan", "another one"),
                      facts.clause("; it was %s", "previous_plan")),
              "If nobody of your team did this, look at who can sign in. You can change the plan back.");
      case PLAN_RENEWAL_FAILED ->
          new Words(
              "Your plan could not be renewed",
              "The next month of your plan%s could not be paid%s."
                  .formatted(facts.clause(" %s", "plan"), facts.clause(": %s", "reason")),
              "You can deposit money and choose the plan again.");
      case WEBHOOK_ENDPOINT_DISABLED ->
          new Words(
              "A webhook of yours was switched off",
              "Events are no longer sent to %s. %s"
                  .formatted(
                      facts.text("url", "one of your webhooks"),
                      facts.text("reason", "It failed for too long.")),
              "Mend the receiver, then enable the webhook again: PATCH /api/webhook-endpoints/%s with {\"enabled\": true}. What it missed is at GET /api/events."
                  .formatted(facts.text("endpoint_id", "{id}")));
      case TURN_PARKED -> parked(facts, bot);
      case REPLY_FAILED -> replyFailed(facts, bot);
      case TURN_RESUMED ->
          new Words(
              "%s goes on with what was parked".formatted(bot),
              "No turn of your bot %s is parked any more; the last of them goes on from its last finished step."
                  .formatted(bot),
              "You need not do anything.");
      case PING -> throw new IllegalArgumentException("no e-mail is sent of " + type);
    };
  }

  private static Words parked(EventFacts facts, String bot) {
    boolean isAsked = facts.text("stop_reason", "").equals("awaiting_approval");
    return isAsked
        ? new Words(
            "%s waits for your approval".formatted(bot),
            "A turn of your bot %s waits for you%s".formatted(bot, facts.clause(": %s", "problem")),
            "Approve of it, or let it end: POST /api/bots/%s/turns/%s/resume."
                .formatted(facts.text("bot_id", "{id}"), facts.text("turn_id", "{turn_id}")))
        : new Words(
            "%s has parked a turn".formatted(bot),
            "A turn of your bot %s did not fit under a limit%s and waits. Others may follow; you get no e-mail about each of them."
                .formatted(bot, facts.clause(" (%s)", "stop_reason")),
            "Raise the limit or top up: parked turns then go on by themselves, in order.");
  }

  private static Words capThreshold(EventFacts facts, String bot) {
    return new Words(
        "%s has spent %s%% of its %s cap"
            .formatted(bot, facts.text("percent", "a part"), facts.text("period", "spending")),
        "Your bot %s has spent %s of its %s cap of %s%s."
            .formatted(
                bot,
                facts.money("spent_nanos", "a part"),
                facts.text("period", "spending"),
                facts.money("limit_nanos", "some money"),
                facts.clause("; the count begins anew at %s", "resets_at")),
        "At the cap the bot stops. If that is what you want, you need not do anything; else raise the cap.");
  }

  private static Words capReached(EventFacts facts, String bot) {
    return new Words(
        "%s has reached its %s cap".formatted(bot, facts.text("period", "spending")),
        "Your bot %s has spent %s of its %s cap of %s, and the next step does not fit any more. It answers its users with its limit message, or parks their turns%s."
            .formatted(
                bot,
                facts.money("spent_nanos", "all"),
                facts.text("period", "spending"),
                facts.money("limit_nanos", "some money"),
                facts.clause(", until %s", "resets_at")),
        "Raise the cap to let it go on.");
  }

  private static Words replyFailed(EventFacts facts, String bot) {
    return new Words(
        "%s could not deliver a reply".formatted(bot),
        "A reply of %s on %s %s%s."
            .formatted(
                bot,
                facts.text("platform", "its platform"),
                facts.text("state", "failed").equals("unknown")
                    ? "may not have arrived"
                    : "did not arrive",
                facts.clause(": %s", "problem")),
        "GET /api/bots/{id}/turns?delivery=failed lists such replies, and the bot's health says what is wrong now. This e-mail comes once a day for a bot; each failure is an event.");
  }

  private static Words teamThreshold(EventFacts facts) {
    return new Words(
        "Your team has spent %s%% of its monthly limit".formatted(facts.text("percent", "a part")),
        "Your team has spent %s of its monthly limit of %s%s."
            .formatted(
                facts.money("spent_nanos", "a part"),
                facts.money("limit_nanos", "some money"),
                facts.clause("; the count begins anew at %s", "resets_at")),
        "At the limit all of the team's bots stop. If that is what you want, you need not do anything; else raise the limit.");
  }

  private static Words quotaThreshold(EventFacts facts) {
    return new Words(
        "%s%% of your plan's quota is used".formatted(facts.text("percent", "A part")),
        "Your team has used %s%% of what its plan%s includes this month%s."
            .formatted(
                facts.text("percent", "a part"),
                facts.clause(" %s", "plan"),
                facts.clause("; the count begins anew at %s", "resets_at")),
        "On the plan Free, bots that run on the quota stop when it is used up; on Pro they go on from the wallet, up to your overage ceiling.");
  }
}
