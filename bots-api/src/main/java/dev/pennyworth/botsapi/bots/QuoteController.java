package dev.pennyworth.botsapi.bots;

import dev.pennyworth.agentloop.JdbcQuotes;
import dev.pennyworth.agentloop.Quote;
import dev.pennyworth.billing.BotId;
import dev.pennyworth.billing.NanoUsd;
import dev.pennyworth.billing.Refusal;
import dev.pennyworth.billing.TokenUsage;
import dev.pennyworth.billing.Trial;
import dev.pennyworth.botsapi.accounts.Caller;
import dev.pennyworth.botsapi.accounts.Role;
import dev.pennyworth.connectors.HttpFailure;
import dev.pennyworth.connectors.Json;
import dev.pennyworth.connectors.RequestBody;
import dev.pennyworth.connectors.TurnAnswer;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Post;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.micronaut.security.annotation.Secured;
import io.micronaut.security.rules.SecurityRule;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/// What a message would cost, before it is sent.
@Controller("/api/bots/{id}/quote")
@Secured(SecurityRule.IS_AUTHENTICATED)
@ExecuteOn(TaskExecutors.BLOCKING)
@Tag(name = "Money")
final class QuoteController {
  private static final int MESSAGE_LENGTH_MAX = 100_000;

  private final JdbcBots bots;
  private final JdbcBotHistory history;
  private final JdbcQuotes quotes;
  private final Json json;
  private final InstantSource clock;

  QuoteController(
      JdbcBots bots, JdbcBotHistory history, JdbcQuotes quotes, Json json, InstantSource clock) {
    this.bots = bots;
    this.history = history;
    this.quotes = quotes;
    this.json = json;
    this.clock = clock;
  }

  /// What a quote takes.
  record Asked(String message) {}

  /// What a message would cost now.
  ///
  /// @param expectedCents of the whole turn
  /// @param worstCaseCents of the whole turn
  /// @param firstStep the next model call: its worst case is what the gate sets aside if no limit
  ///   is in the way
  /// @param wouldRun whether the first step would be held now
  /// @param heldCents what would be held for it now, every limit considered
  /// @param maxTokens that would go on the wire; less than the bot's if a limit lowers it
  /// @param limit that is in the way of the whole first step
  record View(
      String llmProvider,
      String llmModel,
      String priceId,
      NanoUsd expectedCents,
      NanoUsd worstCaseCents,
      Costs firstStep,
      Costs turn,
      boolean wouldRun,
      NanoUsd heldCents,
      long maxTokens,
      Optional<TurnAnswer.Limit> limit,
      List<Assumption> assumptions) {}

  /// Expected and worst-case cost of some model calls.
  record Costs(
      NanoUsd expectedCents,
      NanoUsd worstCaseCents,
      long steps,
      long inputTokensExpected,
      long inputTokensMax,
      long outputTokensExpected,
      long outputTokensMax) {}

  /// Quotes `{message}` as the next message of the caller's own test conversation. Calls nobody,
  /// holds nothing and costs nothing.
  @Post
  @io.swagger.v3.oas.annotations.parameters.RequestBody(
      content = @Content(schema = @Schema(implementation = Asked.class)))
  View quote(Caller caller, String id, HttpRequest<byte[]> request) {
    caller.require(Role::readsPrompts, "quote messages");
    var bot =
        BotId.parse(id)
            .flatMap(known -> bots.find(caller.team(), known))
            .orElseThrow(() -> HttpFailure.notFound("bot"));
    var body = RequestBody.read(json, request.getBody().orElse(new byte[0]), List.of("message"));
    var text = body.required("message", body.chat("message", MESSAGE_LENGTH_MAX));
    var today = clock.instant().atZone(bot.zone()).toLocalDate();
    var past = history.of(caller.team(), bot.bot(), today);
    try {
      return view(quotes.of(bot, "test", "test", caller.user().toString(), text), past);
    } catch (Quote.Impossible e) {
      throw new HttpFailure(422, e.reason().word(), String.valueOf(e.getMessage()))
          .with("stop_reason", e.reason().word());
    } catch (ArithmeticException _) {
      throw HttpFailure.invalidValue("message", "This would cost more than can be counted.");
    }
  }

  private static View view(Quote quote, Optional<JdbcBotHistory.Past> past) {
    var price = quote.price();
    long output =
        Math.min(
            quote.outputTokensMax(),
            past.map(JdbcBotHistory.Past::meanOutput).orElse(Assumption.OUTPUT_TOKENS));
    var expected = price.cost(new TokenUsage(quote.inputTokens(), output, 0, 0));
    long steps = past.map(it -> Math.ceilDiv(it.calls(), it.turns())).orElse(1L);
    var turnExpected =
        new NanoUsd(Math.multiplyExact(expected.nanos(), Math.min(steps, quote.stepsMax())))
            .min(quote.turnWorstCase());
    var first = costs(quote, expected, quote.stepWorstCase(), 1, output);
    var turn = costs(quote, turnExpected, quote.turnWorstCase(), quote.stepsMax(), output);
    return new View(
        price.provider(),
        price.model(),
        price.id(),
        turn.expectedCents(),
        turn.worstCaseCents(),
        first,
        turn,
        quote.trial() instanceof Trial.Fits,
        held(quote.trial()),
        maxTokens(quote.trial()),
        inTheWay(quote.trial()).map(TurnAnswer.Limit::of),
        assumptions(past, output, steps));
  }

  private static Costs costs(Quote quote, NanoUsd expected, NanoUsd worst, long steps, long out) {
    return new Costs(
        expected,
        worst,
        steps,
        quote.inputTokens(),
        quote.inputTokensMax(),
        out,
        quote.outputTokensMax());
  }

  private static NanoUsd held(Trial trial) {
    return trial instanceof Trial.Fits fits ? fits.amount() : NanoUsd.ZERO;
  }

  private static long maxTokens(Trial trial) {
    return trial instanceof Trial.Fits fits ? fits.outputTokensMax() : 0;
  }

  private static Optional<Refusal> inTheWay(Trial trial) {
    return switch (trial) {
      case Trial.Fits fits -> fits.inTheWay();
      case Trial.DoesNotFit(var refusal) -> Optional.of(refusal);
    };
  }

  private static List<Assumption> assumptions(
      Optional<JdbcBotHistory.Past> past, long output, long steps) {
    var source = past.isPresent() ? Assumption.HISTORY : Assumption.DEFAULT;
    return List.of(
        new Assumption("output_tokens_per_step", output, source),
        new Assumption("steps_per_message", steps, source));
  }
}
