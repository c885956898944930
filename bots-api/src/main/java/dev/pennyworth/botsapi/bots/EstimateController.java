package dev.pennyworth.botsapi.bots;

import dev.pennyworth.billing.BotId;
import dev.pennyworth.billing.JdbcPrices;
import dev.pennyworth.billing.NanoUsd;
import dev.pennyworth.billing.Price;
import dev.pennyworth.botsapi.accounts.Caller;
import dev.pennyworth.connectors.HttpFailure;
import dev.pennyworth.connectors.Json;
import dev.pennyworth.connectors.RequestBody;
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
import java.math.BigDecimal;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/// The token calculator.
@Controller("/api/estimate")
@Secured(SecurityRule.IS_AUTHENTICATED)
@ExecuteOn(TaskExecutors.BLOCKING)
@Tag(name = "Money")
public final class EstimateController {
  private static final List<String> FIELDS =
      List.of(
          "llm_provider",
          "llm_model",
          "messages_per_day",
          "input_tokens_per_message",
          "output_tokens_per_message",
          "cached_input_share",
          "steps_per_message",
          "bot_id");

  private final Jdbi jdbi;
  private final OwnersBots bots;
  private final JdbcBotHistory history;
  private final JdbcPrices prices;
  private final Json json;
  private final InstantSource clock;

  EstimateController(
      Jdbi jdbi,
      OwnersBots bots,
      JdbcBotHistory history,
      JdbcPrices prices,
      Json json,
      InstantSource clock) {
    this.jdbi = jdbi;
    this.bots = bots;
    this.history = history;
    this.prices = prices;
    this.json = json;
    this.clock = clock;
  }

  /// What an estimate takes. What is left out comes from the bot's own last 30 days if `bot_id`
  /// names one that answered in them, else from the defaults.
  record Asked(
      @Nullable @Schema(description = "Needed if two providers have a model of this name")
          String llmProvider,
      @Schema(description = "The bot's, if left out") String llmModel,
      @Schema(minimum = "1", maximum = "1000000") long messagesPerDay,
      @Nullable
          @Schema(
              description = "Read by each model call",
              defaultValue = "500",
              maximum = "1000000")
          Long inputTokensPerMessage,
      @Nullable
          @Schema(
              description = "Written by each model call",
              defaultValue = "300",
              maximum = "200000")
          Long outputTokensPerMessage,
      @Nullable
          @Schema(
              description = "The part of the input that the provider's cache has",
              defaultValue = "0",
              minimum = "0",
              maximum = "1")
          BigDecimal cachedInputShare,
      @Nullable
          @Schema(
              description = "Model calls to answer a message",
              defaultValue = "1",
              maximum = "50")
          Long stepsPerMessage,
      @Nullable String botId) {}

  /// Estimates what `{llm_model, messages_per_day, …}` costs, expected and at worst, by message,
  /// day and month of 30 days, and says where each figure came from.
  @Post
  @io.swagger.v3.oas.annotations.parameters.RequestBody(
      content = @Content(schema = @Schema(implementation = Asked.class)))
  public Estimate estimate(Caller caller, HttpRequest<byte[]> request) {
    var body = RequestBody.read(json, request.getBody().orElse(new byte[0]), FIELDS);
    var bot = bot(caller, body);
    var past = bot.flatMap(it -> past(caller, it));
    try {
      return Estimate.of(body, price(body, bot), bot.map(Bot::document), past);
    } catch (ArithmeticException _) {
      throw HttpFailure.invalidValue(
          "messages_per_day", "So many messages would cost more than can be counted.");
    }
  }

  private Optional<Bot> bot(Caller caller, RequestBody body) {
    return body.text("bot_id", 1, 100)
        .map(text -> BotId.parse(text).orElseThrow(() -> HttpFailure.notFound("bot")))
        .map(id -> jdbi.withHandle(handle -> bots.require(handle, caller.team(), id)));
  }

  private Optional<JdbcBotHistory.Past> past(Caller caller, Bot bot) {
    var today = clock.instant().atZone(bot.document().timezone()).toLocalDate();
    return history.of(caller.team(), bot.id(), today);
  }

  private Price price(RequestBody body, Optional<Bot> bot) {
    var named = body.text("llm_model", 1, 200);
    var model = body.required("llm_model", named.or(() -> bot.map(it -> it.document().llmModel())));
    var provider =
        body.choice("llm_provider", BotFields.PROVIDERS)
            .or(() ->
                named.isEmpty() ? bot.map(it -> it.document().llmProvider()) : Optional.empty());
    var found =
        prices.allCurrent().stream()
            .filter(price -> price.model().equals(model))
            .filter(price -> provider.isEmpty() || price.provider().equals(provider.get()))
            .toList();
    if (found.isEmpty()) {
      throw new HttpFailure(
              422, "no_price", "There is no price for this model. GET /api/models lists them.")
          .with("field", "llm_model");
    }
    if (found.size() > 1) {
      throw HttpFailure.invalidValue(
          "llm_provider",
          "Several providers have a model of this name; say which.",
          found.stream().map(Price::provider).toList());
    }
    return found.getFirst();
  }

  /// Costs by message, day and month.
  public record Costs(Amount perMessage, Amount perDay, Amount perMonth) {
    static Costs of(NanoUsd message, long messagesPerDay) {
      var day = new NanoUsd(Math.multiplyExact(message.nanos(), messagesPerDay));
      var month = new NanoUsd(Math.multiplyExact(day.nanos(), (long) Estimate.DAYS_PER_MONTH));
      return new Costs(Amount.of(message), Amount.of(day), Amount.of(month));
    }
  }

  /// An amount in both words for it: one credit is one US cent.
  public record Amount(NanoUsd costCents, NanoUsd credits) {
    static Amount of(NanoUsd amount) {
      return new Amount(amount, amount);
    }
  }
}
