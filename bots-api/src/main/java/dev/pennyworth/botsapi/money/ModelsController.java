package dev.pennyworth.botsapi.money;

import dev.pennyworth.billing.JdbcPrices;
import dev.pennyworth.billing.Price;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.micronaut.security.annotation.Secured;
import io.micronaut.security.rules.SecurityRule;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;

/// The models that can be called, and what they cost. Public.
@Controller("/api/models")
@Secured(SecurityRule.IS_ANONYMOUS)
@ExecuteOn(TaskExecutors.BLOCKING)
@Tag(name = "Money")
final class ModelsController {
  private static final int NANO_DIGITS = 9;
  private static final int CREDIT_DIGITS = 7;

  private final JdbcPrices prices;

  ModelsController(JdbcPrices prices) {
    this.prices = prices;
  }

  /// All models.
  record Listing(List<Model> models) {}

  /// A model.
  ///
  /// @param usdPer1m US dollars per million tokens
  /// @param creditsPer1m credits (US cents) per million tokens
  record Model(
      String llmProvider,
      String llmModel,
      String name,
      boolean free,
      boolean supportsTools,
      String priceId,
      Instant effectiveFrom,
      Rates usdPer1m,
      Rates creditsPer1m) {}

  /// One price for each bucket of tokens.
  record Rates(BigDecimal input, BigDecimal output, BigDecimal cacheRead, BigDecimal cacheWrite) {}

  /// Lists every model with its prices per million tokens.
  @Get
  Listing list() {
    return new Listing(prices.allCurrent().stream().map(ModelsController::model).toList());
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
        rates(price, CREDIT_DIGITS));
  }

  private static Rates rates(Price price, int digits) {
    return new Rates(
        decimal(price.inputNanosPerMillion(), digits),
        decimal(price.outputNanosPerMillion(), digits),
        decimal(price.cacheReadNanosPerMillion(), digits),
        decimal(price.cacheWriteNanosPerMillion(), digits));
  }

  private static BigDecimal decimal(long nanos, int digits) {
    var exact = BigDecimal.valueOf(nanos, digits).stripTrailingZeros();
    return exact.scale() < 0 ? exact.setScale(0) : exact;
  }
}
