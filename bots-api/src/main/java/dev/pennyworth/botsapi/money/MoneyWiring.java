package dev.pennyworth.botsapi.money;

import dev.pennyworth.billing.JdbcBudgets;
import dev.pennyworth.billing.JdbcPlans;
import dev.pennyworth.billing.JdbcTeamLimits;
import io.micronaut.context.annotation.Factory;
import jakarta.inject.Singleton;
import org.jdbi.v3.core.Jdbi;

/// The object graph of money's room.
@Factory
final class MoneyWiring {

  @Singleton
  JdbcUsage usage(Jdbi jdbi) {
    return new JdbcUsage(jdbi);
  }

  @Singleton
  BillingViews billingViews(
      Jdbi jdbi, JdbcPlans plans, JdbcTeamLimits limits, JdbcBudgets budgets) {
    return new BillingViews(jdbi, plans, limits, budgets);
  }
}
