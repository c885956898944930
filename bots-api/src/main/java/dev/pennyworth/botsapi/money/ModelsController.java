package dev.pennyworth.botsapi.money;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.pennyworth.agentloop.HttpLocalServers;
import dev.pennyworth.billing.JdbcPrices;
import dev.pennyworth.billing.JdbcToolPrices;
import dev.pennyworth.billing.NanoUsd;
import dev.pennyworth.billing.Price;
import dev.pennyworth.billing.ToolPrice;
import dev.pennyworth.billing.ToolPriceVersion;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.micronaut.security.annotation.Secured;
import io.micronaut.security.rules.SecurityRule;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.math.BigDecimal;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The models that can be called, and what they cost. Public.
@Controller("/api/models")
@Secured(SecurityRule.IS_ANONYMOUS)
@ExecuteOn(TaskExecutors.BLOCKING)
@Tag(name = "Money")
public final class ModelsController {
  private static final int NANO_DIGITS = 9;
  private static final int CREDIT_DIGITS = 7;

  private final JdbcPrices prices;
  private final JdbcToolPrices toolPrices;
  private final HttpLocalServers localServers;

  ModelsController(JdbcPrices prices, JdbcToolPrices toolPrices, HttpLocalServers localServers) {
    this.prices = prices;
    this.toolPrices = toolPrices;
    this.localServers = localServers;
  }

  /// All models, and the tools that are not free.
  public record Listing(List<Model> models, List<Tool> tools) {}

  /// A model.
  ///
  /// @param usdPer1m US dollars per million tokens
  /// @param creditsPer1m credits (US cents) per million tokens
  /// @param local whether it runs on the operator's own machine, for bots of his own team
  /// @param baseUrl what a bot's `base_url` has to be; null where the provider is known by name
  public record Model(
      String llmProvider,
      String llmModel,
      String name,
      boolean free,
      boolean supportsTools,
      @Nullable String priceId,
      @Nullable Instant effectiveFrom,
      Rates usdPer1m,
      Rates creditsPer1m,
      boolean local,
      @Nullable URI baseUrl) {}

  /// One price for each bucket of tokens.
  ///
  /// @param cacheWriteHour of what is kept for an hour
  public record Rates(
      BigDecimal input,
      BigDecimal output,
      BigDecimal cacheRead,
      BigDecimal cacheWrite,
      @JsonProperty("cache_write_1h") BigDecimal cacheWriteHour) {}

  /// A tool whose calls are paid for.
  ///
  /// @param priceCents of a call, if no rule says otherwise
  public record Tool(
      String tool,
      NanoUsd priceCents,
      List<Rule> priceRules,
      String priceId,
      Instant effectiveFrom) {}

  /// How a call's price depends on an argument.
  ///
  /// @param equals the value for which `price_cents` replaces the price; null in a price per unit
  /// @param priceCents the price for that value
  /// @param perUnitCents added for each unit of a number, character of a text or element of a list
  public record Rule(
      String argument,
      @Nullable String equals,
      @Nullable NanoUsd priceCents,
      @Nullable NanoUsd perUnitCents) {}

  /// Lists every model with its prices per million tokens, and every tool whose calls cost
  /// something.
  @Get
  public Listing list() {
    return new Listing(
        Stream.concat(
                prices.allCurrent().stream().map(ModelsController::model),
                localServers.found().stream().flatMap(ModelsController::models))
            .toList(),
        toolPrices.allCurrent().stream()
            .filter(version -> !version.price().isFree())
            .map(ModelsController::tool)
            .toList());
  }

  private static Tool tool(ToolPriceVersion version) {
    var price = version.price();
    return new Tool(
        version.tool(),
        price.base(),
        price.rules().stream().map(ModelsController::rule).toList(),
        price.list().id(),
        version.effectiveFrom());
  }

  private static Rule rule(ToolPrice.Rule rule) {
    return switch (rule) {
      case ToolPrice.Rule.Equal(var argument, var value, var price) ->
          new Rule(argument, value, price, null);
      case ToolPrice.Rule.PerUnit(var argument, var price) -> new Rule(argument, null, null, price);
    };
  }

  private static Stream<Model> models(HttpLocalServers.Found server) {
    var zero = BigDecimal.ZERO;
    var free = new Rates(zero, zero, zero, zero, zero);
    return server.models().stream()
        .map(model ->
            new Model(
                "custom",
                model,
                "%s (%s on this machine, free)".formatted(model, server.name()),
                true,
                true,
                null,
                null,
                free,
                free,
                true,
                server.baseUrl()));
  }

  private static Model model(Price price) {
    return new Model(
        price.provider(),
        price.model(),
        price.name(),
        price.isFree(),
        price.callsTools(),
        price.id(),
        price.effectiveFrom(),
        rates(price, NANO_DIGITS),
        rates(price, CREDIT_DIGITS),
        false,
        null);
  }

  private static Rates rates(Price price, int digits) {
    return new Rates(
        decimal(price.inputNanosPerMillion(), digits),
        decimal(price.outputNanosPerMillion(), digits),
        decimal(price.cacheReadNanosPerMillion(), digits),
        decimal(price.cacheWriteNanosPerMillion(), digits),
        decimal(price.cacheWriteHourNanosPerMillion(), digits));
  }

  private static BigDecimal decimal(long nanos, int digits) {
    var exact = BigDecimal.valueOf(nanos, digits).stripTrailingZeros();
    return exact.scale() < 0 ? exact.setScale(0) : exact;
  }
}
