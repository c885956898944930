package dev.pennyworth.botsapi.bots;

import dev.pennyworth.billing.NanoUsd;
import dev.pennyworth.billing.Price;
import dev.pennyworth.billing.TokenUsage;
import dev.pennyworth.connectors.RequestBody;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What a number of messages a day would cost.
///
/// @param worstCase each message takes all the steps it may and each step writes all it may, with
///   nothing cached
/// @param assumptions where each figure came from
public record Estimate(
    String llmProvider,
    String llmModel,
    String priceId,
    long messagesPerDay,
    int daysPerMonth,
    EstimateController.Costs expected,
    EstimateController.Costs worstCase,
    List<Assumption> assumptions) {
  static final int DAYS_PER_MONTH = 30;

  private static final long MESSAGES_MAX = 1_000_000;
  private static final long INPUT_TOKENS_MAX = 1_000_000;
  private static final long OUTPUT_TOKENS_MAX = 200_000;
  private static final long STEPS_MAX = 50;
  private static final long DEFAULT_MAX_TOKENS = 8_192;
  private static final long DEFAULT_MAX_STEPS = 10;

  /// @throws ArithmeticException if it is more than can be counted
  static Estimate of(
      RequestBody body,
      Price price,
      Optional<BotDocument> bot,
      Optional<JdbcBotHistory.Past> past) {
    var messages = body.integer("messages_per_day", 1, MESSAGES_MAX);
    long perDay =
        body.required(
            "messages_per_day",
            messages.isPresent() ? Optional.of(messages.getAsLong()) : Optional.empty());
    var figures = new Figures(body);
    long input =
        figures.of(
            "input_tokens_per_message",
            INPUT_TOKENS_MAX,
            past.map(JdbcBotHistory.Past::meanInput),
            Assumption.INPUT_TOKENS);
    long output =
        figures.of(
            "output_tokens_per_message",
            OUTPUT_TOKENS_MAX,
            past.map(JdbcBotHistory.Past::meanOutput),
            Assumption.OUTPUT_TOKENS);
    long steps =
        figures.of(
            "steps_per_message",
            STEPS_MAX,
            past.map(it -> Math.ceilDiv(it.calls(), it.turns())),
            1);
    long cached = figures.cached(input, past);
    long outputMax = figures.setting("max_tokens", bot.map(BotDocument::maxTokensPerTurn));
    long stepsMax = figures.settingSteps(bot.map(BotDocument::maxLoopIterations), price);
    var step = price.cost(new TokenUsage(input - cached, output, cached, 0));
    var worst = price.worstCase(input, Math.max(output, outputMax));
    return new Estimate(
        price.provider(),
        price.model(),
        price.id(),
        perDay,
        DAYS_PER_MONTH,
        EstimateController.Costs.of(times(step, steps), perDay),
        EstimateController.Costs.of(times(worst, Math.max(steps, stepsMax)), perDay),
        List.copyOf(figures.assumptions));
  }

  private static NanoUsd times(NanoUsd amount, long count) {
    return new NanoUsd(Math.multiplyExact(amount.nanos(), count));
  }

  /// Picks each figure from the best source there is, and notes which that was.
  private static final class Figures {
    private final RequestBody body;
    private final List<Assumption> assumptions = new ArrayList<>();

    private Figures(RequestBody body) {
      this.body = body;
    }

    long of(String field, long max, Optional<Long> fromHistory, long otherwise) {
      var named = body.integer(field, field.startsWith("steps") ? 1 : 0, max);
      if (named.isPresent()) {
        return note(field, named.getAsLong(), Assumption.REQUEST);
      }
      return fromHistory.isPresent()
          ? note(field, fromHistory.get(), Assumption.HISTORY)
          : note(field, otherwise, Assumption.DEFAULT);
    }

    /// The input tokens that come from the provider's cache.
    long cached(long input, Optional<JdbcBotHistory.Past> past) {
      var named = body.decimal("cached_input_share", BigDecimal.ZERO, BigDecimal.ONE);
      if (named.isPresent()) {
        assumptions.add(new Assumption("cached_input_share", named.get(), Assumption.REQUEST));
        return named
            .get()
            .multiply(BigDecimal.valueOf(input))
            .setScale(0, RoundingMode.DOWN)
            .longValueExact();
      }
      boolean isInputOfPast = past.isPresent() && past.get().meanInput() == input;
      return isInputOfPast
          ? note(
              "cached_input_tokens",
              past.get().tokens().cacheRead() / past.get().calls(),
              Assumption.HISTORY)
          : note("cached_input_tokens", 0, Assumption.DEFAULT);
    }

    long setting(String name, Optional<Integer> ofBot) {
      return ofBot.isPresent()
          ? note(name, ofBot.get(), Assumption.BOT)
          : note(name, DEFAULT_MAX_TOKENS, Assumption.DEFAULT);
    }

    /// A model that calls no tools answers in one step.
    long settingSteps(Optional<Integer> ofBot, Price price) {
      if (!price.callsTools()) {
        return note("max_steps", 1, "model");
      }
      return ofBot.isPresent()
          ? note("max_steps", ofBot.get(), Assumption.BOT)
          : note("max_steps", DEFAULT_MAX_STEPS, Assumption.DEFAULT);
    }

    private long note(String name, long value, String source) {
      assumptions.add(new Assumption(name, value, source));
      return value;
    }
  }
}
