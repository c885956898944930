package dev.pennyworth.agentloop;

import dev.pennyworth.billing.BudgetState;
import dev.pennyworth.billing.NanoUsd;
import java.math.BigInteger;
import java.util.List;
import java.util.regex.Pattern;

/// Chooses between a bot's main and its light model. A turn keeps the model that it began with.
final class Routing {
  private static final int SMALL_TALK_LENGTH_MAX = 24;

  /// One to three words of nothing but letters, with a mark at the end at most: “hi”, “thank you!”.
  private static final Pattern SMALL_TALK =
      Pattern.compile("[\\p{L}\\p{M}'’]+([ ,]+[\\p{L}\\p{M}'’]+){0,2}[.!…]*");

  private Routing() {}

  /// The model that answers a message.
  ///
  /// @param budgets of the bot, as they stand; asked for only if the bot steps down
  static ModelChoice answer(BotSettings bot, String message, List<BudgetState> budgets) {
    var main = new ModelChoice(bot.model(), ModelChoice.Reason.MAIN);
    if (bot.lightModel().isEmpty()) {
      return main;
    }
    String light = bot.lightModel().get();
    if (bot.stepDownPercent().isPresent()
        && budgets.stream().anyMatch(one -> isLow(one, bot.stepDownPercent().getAsInt()))) {
      return new ModelChoice(light, ModelChoice.Reason.LOW_BUDGET);
    }
    return isSmallTalk(message) ? new ModelChoice(light, ModelChoice.Reason.SIMPLE) : main;
  }

  /// The model that summarises what is too old for the context.
  static ModelChoice summary(BotSettings bot) {
    return new ModelChoice(bot.lightModel().orElse(bot.model()), ModelChoice.Reason.SUMMARY);
  }

  /// A rule that costs nothing and rather errs towards the main model: a question, a figure or a
  /// second line is never small talk.
  static boolean isSmallTalk(String message) {
    String text = message.strip();
    return text.length() <= SMALL_TALK_LENGTH_MAX && SMALL_TALK.matcher(text).matches();
  }

  private static boolean isLow(BudgetState budget, int percent) {
    return budget.limit().isPresent()
        && isBelow(budget.remaining().orElseThrow(), budget.limit().get(), percent);
  }

  private static boolean isBelow(NanoUsd remaining, NanoUsd limit, int percent) {
    var left = BigInteger.valueOf(remaining.nanos()).multiply(BigInteger.valueOf(100));
    return left.compareTo(BigInteger.valueOf(limit.nanos()).multiply(BigInteger.valueOf(percent)))
        < 0;
  }
}
