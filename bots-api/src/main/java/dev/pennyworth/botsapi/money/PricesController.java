package dev.pennyworth.botsapi.money;

import dev.pennyworth.billing.JdbcOperatorPrices;
import dev.pennyworth.billing.PriceChange;
import dev.pennyworth.billing.PriceFileRefused;
import dev.pennyworth.botsapi.accounts.Caller;
import dev.pennyworth.botsapi.accounts.JdbcAccounts;
import dev.pennyworth.botsapi.audit.AuditAction;
import dev.pennyworth.botsapi.audit.JdbcAudit;
import dev.pennyworth.connectors.HttpFailure;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Post;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.micronaut.security.annotation.Secured;
import io.micronaut.security.rules.SecurityRule;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/// The operator's own prices.
@Controller("/api/prices")
@Secured(SecurityRule.IS_AUTHENTICATED)
@ExecuteOn(TaskExecutors.BLOCKING)
@Tag(name = "Money")
final class PricesController {
  private static final int UNPROCESSABLE = 422;

  private final Jdbi jdbi;
  private final JdbcOperatorPrices prices;
  private final JdbcAccounts accounts;
  private final JdbcAudit audit;

  PricesController(Jdbi jdbi, JdbcOperatorPrices prices, JdbcAccounts accounts, JdbcAudit audit) {
    this.jdbi = jdbi;
    this.prices = prices;
    this.accounts = accounts;
    this.audit = audit;
  }

  /// What a reload changed.
  record Reloaded(List<Published> published) {}

  /// A version that is new.
  ///
  /// @param from the figures in force before; null if there were none
  /// @param to the new figures
  record Published(String priceId, @Nullable Map<String, String> from, Map<String, String> to) {}

  /// Reads the file `prices.json` in the data folder of the server that answers, and publishes what
  /// is new in it, for all servers of the installation. Only for the account that the first start
  /// made, in its own team. A file that cannot be taken changes nothing: 422 `price_file_refused`
  /// says in one sentence which entry is wrong and what is allowed. Safe to repeat.
  @Post("/reload")
  Reloaded reload(Caller caller) {
    requireOperator(caller);
    try {
      var list = prices.read();
      var changes =
          jdbi.inTransaction(tx -> {
            var published = prices.publish(tx, list);
            for (var change : published) {
              audit.record(
                  tx,
                  caller,
                  AuditAction.PRICE_CHANGED,
                  change.priceId(),
                  change.from().orElse(null),
                  change.to());
            }
            return published;
          });
      return new Reloaded(changes.stream().map(PricesController::published).toList());
    } catch (PriceFileRefused e) {
      throw new HttpFailure(UNPROCESSABLE, "price_file_refused", String.valueOf(e.getMessage()));
    }
  }

  private void requireOperator(Caller caller) {
    if (!accounts.isOperator(caller.user(), caller.team())) {
      throw HttpFailure.forbidden(
          "operator_only",
          "Prices are reloaded by the account that the first start made, in its own team.");
    }
  }

  private static Published published(PriceChange change) {
    return new Published(change.priceId(), change.from().orElse(null), change.to());
  }
}
