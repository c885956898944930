package dev.pennyworth.billing;

import io.micronaut.context.annotation.Factory;
import jakarta.inject.Singleton;
import java.time.InstantSource;
import java.util.UUID;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.StatementExceptions;
import org.jdbi.v3.postgres.PostgresPlugin;

/// The object graph of billing.
@Factory
public final class BillingWiring {

  /// How every module speaks SQL.
  @Singleton
  public Jdbi jdbi(DataSource dataSource) {
    var jdbi = Jdbi.create(dataSource).installPlugin(new PostgresPlugin());
    // By default an exception's text shows the bound values, which may be what people wrote.
    jdbi.getConfig(StatementExceptions.class)
        .setMessageRendering(StatementExceptions.MessageRendering.NONE);
    return jdbi;
  }

  @Singleton
  public JdbcPrices prices(Jdbi jdbi, InstantSource clock) {
    var prices = new JdbcPrices(jdbi, clock);
    prices.publish(PriceFile.shipped());
    return prices;
  }

  @Singleton
  public JdbcBudgets budgets(InstantSource clock) {
    return new JdbcBudgets(clock);
  }

  @Singleton
  public JdbcEvents events(InstantSource clock, EventListener listener) {
    return new JdbcEvents(clock, listener);
  }

  @Singleton
  public JdbcLedger ledger(Jdbi jdbi, InstantSource clock) {
    return new JdbcLedger(jdbi, clock);
  }

  @Singleton
  public JdbcRollups rollups() {
    return new JdbcRollups();
  }

  @Singleton
  public JdbcWallets wallets(Jdbi jdbi, JdbcLedger ledger) {
    return new JdbcWallets(jdbi, ledger);
  }

  @Singleton
  public JdbcSandboxPayments sandboxPayments(
      Jdbi jdbi, JdbcWallets wallets, InstantSource clock, Supplier<UUID> ids) {
    return new JdbcSandboxPayments(jdbi, wallets, clock, ids);
  }

  @Singleton
  public JdbcGate gate(
      JdbcBudgets budgets,
      JdbcPrices prices,
      JdbcLedger ledger,
      JdbcRollups rollups,
      InstantSource clock) {
    return new JdbcGate(budgets, new JdbcHolds(prices), ledger, rollups, clock);
  }

  @Singleton
  public JdbcProof proof(Jdbi jdbi) {
    return new JdbcProof(jdbi);
  }
}
