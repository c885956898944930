package dev.pennyworth.botsapi.graphql;

import dev.pennyworth.billing.JdbcPlans;
import dev.pennyworth.billing.JdbcPrices;
import dev.pennyworth.billing.NanoUsd;
import dev.pennyworth.billing.Plan;
import dev.pennyworth.billing.Price;
import dev.pennyworth.billing.TeamId;
import dev.pennyworth.botsapi.accounts.Caller;
import graphql.GraphqlErrorBuilder;
import graphql.execution.DataFetcherResult;
import graphql.schema.DataFetchingEnvironment;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The answers to what [GraphqlSchema] lets people ask, keyed as it names them.
final class GraphqlAnswers {
  private static final int DOLLAR_DIGITS = 9;
  private static final int CREDIT_DIGITS = 7;
  private static final int PERCENT_DIGITS = 2;
  private static final BigDecimal HUNDRED = BigDecimal.valueOf(100);

  private final JdbcPrices prices;
  private final JdbcPlans plans;

  GraphqlAnswers(JdbcPrices prices, JdbcPlans plans) {
    this.prices = prices;
    this.plans = plans;
  }

  List<Map<String, Object>> plans() {
    return Arrays.stream(Plan.values()).map(GraphqlAnswers::plan).toList();
  }

  List<Map<String, Object>> models() {
    return prices.allCurrent().stream().map(GraphqlAnswers::model).toList();
  }

  /// Null with an error for whoever is not signed in, and for another team, which is not told from
  /// one that does not exist.
  DataFetcherResult<Map<String, Object>> teamSubscription(DataFetchingEnvironment asked) {
    Optional<Caller> caller = asked.getGraphQlContext().getOrEmpty(Caller.class);
    if (caller.isEmpty()) {
      return refused(asked, "unauthorized", "Sign in, or send an API key, to read a team's plan.");
    }
    String id = String.valueOf(asked.<Object>getArgument("teamId"));
    return TeamId.parse(id)
        .filter(caller.get().team()::equals)
        .map(team ->
            DataFetcherResult.<Map<String, Object>>newResult()
                .data(subscription(plans.state(team)))
                .build())
        .orElseGet(() -> refused(asked, "not_found", "There is no such team."));
  }

  private static DataFetcherResult<Map<String, Object>> refused(
      DataFetchingEnvironment asked, String code, String message) {
    return DataFetcherResult.<Map<String, Object>>newResult()
        .error(
            GraphqlErrorBuilder.newError(asked)
                .message("%s", message)
                .extensions(Map.of("code", code))
                .build())
        .build();
  }

  private static Map<String, Object> plan(Plan plan) {
    return Map.of(
        "id", plan.word(),
        "name", plan.title(),
        "monthlyPrice", decimal(plan.monthlyPrice().nanos(), DOLLAR_DIGITS),
        "creditsIncluded", credits(plan.credits()),
        "tokensIncluded", Math.toIntExact(plan.tokens()),
        "features", plan.features());
  }

  private static Map<String, Object> model(Price price) {
    return Map.of(
        "name", price.model(),
        "provider", price.provider(),
        "creditInputPer1M", decimal(price.inputNanosPerMillion(), CREDIT_DIGITS),
        "creditOutputPer1M", decimal(price.outputNanosPerMillion(), CREDIT_DIGITS),
        "creditCachedInputPer1M", decimal(price.cacheReadNanosPerMillion(), CREDIT_DIGITS),
        "creditCacheReadPer1M", decimal(price.cacheReadNanosPerMillion(), CREDIT_DIGITS),
        "creditCacheWritePer1M", decimal(price.cacheWriteNanosPerMillion(), CREDIT_DIGITS));
  }

  private static Map<String, Object> subscription(JdbcPlans.State state) {
    var used = credits(state.use().creditsSpent());
    var limit = credits(state.credits());
    return Map.of(
        "plan",
        state.plan().word(),
        "status",
        state.status(),
        "usage",
        Map.of(
            "creditsUsed",
            used,
            "creditsLimit",
            limit,
            "percentUsed",
            used.multiply(HUNDRED).divide(limit, PERCENT_DIGITS, RoundingMode.DOWN),
            "totalTokensUsed",
            Math.toIntExact(state.use().tokensSpent())));
  }

  private static BigDecimal credits(NanoUsd amount) {
    return decimal(amount.nanos(), CREDIT_DIGITS);
  }

  private static BigDecimal decimal(long nanos, int digits) {
    var exact = BigDecimal.valueOf(nanos, digits).stripTrailingZeros();
    return exact.scale() < 0 ? exact.setScale(0) : exact;
  }
}
