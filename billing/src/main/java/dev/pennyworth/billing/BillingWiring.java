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
  public JdbcSavedCards savedCards(Jdbi jdbi, PaymentProvider provider, InstantSource clock) {
    return new JdbcSavedCards(jdbi, provider, clock);
  }

  @Singleton
  public JdbcAutoReloads autoReloadRows(
      Jdbi jdbi,
      JdbcSavedCards cards,
      JdbcEvents events,
      PaymentProvider provider,
      InstantSource clock,
      Supplier<UUID> ids) {
    return new JdbcAutoReloads(jdbi, cards, events, provider, clock, ids);
  }

  @Singleton
  public JdbcPayments payments(
      Jdbi jdbi,
      JdbcWallets wallets,
      JdbcLedger ledger,
      JdbcAutoReloads autoReloads,
      JdbcSavedCards cards,
      JdbcEvents events,
      PaymentProvider provider,
      InstantSource clock,
      Supplier<UUID> ids) {
    var reversals = new JdbcReversals(ledger, events);
    return new JdbcPayments(
        jdbi, wallets, reversals, autoReloads, cards, events, provider, clock, ids);
  }

  @Singleton
  public AutoReloads autoReloads(
      JdbcAutoReloads rows, JdbcPayments payments, PaymentProvider provider, InstantSource clock) {
    return new AutoReloads(rows, payments, provider, clock);
  }

  @Singleton
  public SandboxCheckout sandboxCheckout(JdbcPayments payments) {
    return new SandboxCheckout(payments);
  }

  @Singleton
  public JdbcToolPrices toolPrices(Jdbi jdbi, InstantSource clock) {
    return new JdbcToolPrices(jdbi, clock);
  }

  @Singleton
  public JdbcTeamToolPrices teamToolPrices(InstantSource clock) {
    return new JdbcTeamToolPrices(clock);
  }

  /// To be loaded before anything asks for a price: what the operator prices, the program's own
  /// file leaves alone.
  @Singleton
  public JdbcOperatorPrices operatorPrices(
      Jdbi jdbi, JdbcToolPrices toolPrices, PriceSettings settings, InstantSource clock) {
    return new JdbcOperatorPrices(jdbi, new JdbcPrices(jdbi, clock), toolPrices, settings);
  }

  @Singleton
  public JdbcTeamLimits teamLimits() {
    return new JdbcTeamLimits();
  }

  @Singleton
  public JdbcPlans plans(Jdbi jdbi, JdbcLedger ledger, JdbcEvents events, InstantSource clock) {
    return new JdbcPlans(jdbi, ledger, events, clock);
  }

  @Singleton
  public JdbcGate gate(Jdbi jdbi, JdbcPrices prices, JdbcPlans plans, InstantSource clock) {
    return new JdbcGate(jdbi, new JdbcHolds(prices), plans, clock);
  }

  @Singleton
  public JdbcTrials trials(Jdbi jdbi, JdbcGate gate, JdbcPlans plans) {
    return new JdbcTrials(jdbi, gate, plans);
  }

  @Singleton
  public JdbcProof proof(Jdbi jdbi) {
    return new JdbcProof(jdbi);
  }
}
