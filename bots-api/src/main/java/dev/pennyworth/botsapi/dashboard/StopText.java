package dev.pennyworth.botsapi.dashboard;

import dev.pennyworth.agentloop.TurnReport;
import dev.pennyworth.billing.NanoUsd;
import dev.pennyworth.billing.Refusal;
import dev.pennyworth.botsapi.accounts.Role;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Why a turn stopped, as a sentence, and what its owner can do about it, as a button.
///
/// @param remedy the button's text; null where nothing is to be done
/// @param remedyPath where the button leads; null as above
/// @param isMoney whether the remedy moves the team's money
/// @param isAsked whether the turn waits for an approval
public record StopText(
    String sentence,
    @Nullable String remedy,
    @Nullable String remedyPath,
    boolean isMoney,
    boolean isAsked) {
  private static final Pattern CENTS = Pattern.compile("(\\d+(?:\\.\\d+)?) cents\\b");
  private static final String BILLING = "/dashboard/billing";

  public static StopText of(TurnReport turn) {
    if (turn.stopReason().filter("awaiting_approval"::equals).isPresent()) {
      var asked = turn.problem().map(it -> " " + sentenced(it)).orElse("");
      return new StopText("A step waits for your approval." + asked, null, null, true, true);
    }
    return turn.refusal()
        .map(refusal -> ofRefusal(turn, refusal))
        .orElseGet(() -> ofReason(turn, turn.stopReason().orElse("")));
  }

  /// Whether a role may open the page of the remedy.
  public boolean mayRemedy(Role role) {
    return isMoney ? role.movesMoney() : role.changesBots();
  }

  /// Whether a role may let the turn go on.
  public boolean mayResume(Role role) {
    return isAsked ? role.movesMoney() : role.changesBots();
  }

  private static StopText ofRefusal(TurnReport turn, Refusal refusal) {
    var limits = "/dashboard/bots/" + turn.bot() + "/limits";
    return switch (refusal.scope()) {
      case BOT_CAP ->
          remedied(
              "The bot's %scap of %s is reached: %s."
                  .formatted(
                      refusal.period().map(it -> it + " ").orElse(""),
                      money(refusal.limit()),
                      figures(refusal)),
              "Raise the cap",
              limits,
              false);
      case MESSAGE ->
          remedied(
              "One message may cost %s at most, and the next step needs more: %s."
                  .formatted(money(refusal.limit()), figures(refusal)),
              "Raise the limit",
              limits,
              false);
      case END_USER ->
          remedied(
              "This person has used up the %s that one person may cost a day."
                  .formatted(money(refusal.limit())),
              "Raise the limit",
              limits,
              false);
      case WALLET ->
          remedied(
              "The wallet has no money for the next step: %s is available and %s is needed."
                  .formatted(money(refusal.remaining()), money(refusal.needed())),
              "Top up",
              BILLING,
              true);
      case TEAM_LIMIT ->
          remedied(
              "The team's monthly limit of %s is reached: %s."
                  .formatted(money(refusal.limit()), figures(refusal)),
              "Raise the limit",
              BILLING,
              true);
      case PLAN_CREDITS ->
          remedied(
              "The plan's credits of this month are used up.", "Change the plan", BILLING, true);
      case PLAN_TOKENS ->
          remedied(
              "The plan's %,d tokens of this month are used up.".formatted(refusal.limit()),
              "Change the plan",
              BILLING,
              true);
      case OVERAGE ->
          remedied(
              "The overage ceiling of %s is reached.".formatted(money(refusal.limit())),
              "Raise the ceiling",
              BILLING,
              true);
    };
  }

  private static StopText ofReason(TurnReport turn, String reason) {
    var settings = "/dashboard/bots/" + turn.bot() + "/settings";
    return switch (reason) {
      case "", "completed" -> new StopText("", null, null, false, false);
      case "max_iterations" ->
          remedied(
              "The bot has called its model as often as one message allows.",
              "Allow more steps",
              settings,
              false);
      case "timeout" ->
          remedied("The time for one message was over.", "Allow more time", settings, false);
      case "max_tokens" ->
          remedied(
              "The answer reached the most tokens that one call may write.",
              "Allow more tokens",
              settings,
              false);
      case "no_price" ->
          remedied("The model has no price any more.", "Choose another model", settings, false);
      default ->
          remedied(
              "The model could not answer"
                  + turn.problem().map(it -> ": " + sentenced(it)).orElse("."),
              "Look at the settings",
              settings,
              false);
    };
  }

  private static StopText remedied(
      String sentence, String remedy, String remedyPath, boolean isMoney) {
    return new StopText(sentence, remedy, remedyPath, isMoney, false);
  }

  private static String figures(Refusal refusal) {
    return "%s spent, %s held, and the next step needs %s"
        .formatted(money(refusal.spent()), money(refusal.held()), money(refusal.needed()));
  }

  private static String money(long nanos) {
    return MoneyText.shown(new NanoUsd(nanos));
  }

  /// A sentence, with amounts in dollars as everywhere on pages.
  private static String sentenced(String text) {
    var inDollars =
        CENTS
            .matcher(text)
            .replaceAll(it ->
                Matcher.quoteReplacement(
                    NanoUsd.parseCents(it.group(1)).map(MoneyText::shown).orElse(it.group())));
    return inDollars.endsWith(".") ? inDollars : inDollars + ".";
  }
}
