package dev.pennyworth.botsapi.money;

import dev.pennyworth.billing.AutoReload;
import dev.pennyworth.billing.JdbcAutoReloads;
import dev.pennyworth.billing.JdbcSavedCards;
import dev.pennyworth.billing.JdbcWallets;
import dev.pennyworth.billing.NanoUsd;
import dev.pennyworth.billing.PaymentProvider;
import dev.pennyworth.botsapi.accounts.Caller;
import dev.pennyworth.botsapi.accounts.Role;
import dev.pennyworth.botsapi.audit.AuditAction;
import dev.pennyworth.botsapi.audit.JdbcAudit;
import dev.pennyworth.connectors.HttpFailure;
import dev.pennyworth.connectors.Json;
import dev.pennyworth.connectors.RequestBody;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.Post;
import io.micronaut.http.annotation.Put;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.micronaut.security.annotation.Secured;
import io.micronaut.security.rules.SecurityRule;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.math.BigDecimal;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Jdbi;

/// The wallet, and putting money into it.
@Controller("/api/balance")
@Secured(SecurityRule.IS_AUTHENTICATED)
@ExecuteOn(TaskExecutors.BLOCKING)
@Tag(name = "Money")
public final class BalanceController {
  private static final BigDecimal CHARGE_CENTS_MIN = BigDecimal.valueOf(500);
  private static final BigDecimal CHARGE_CENTS_MAX = BigDecimal.valueOf(50_000);
  private static final BigDecimal THRESHOLD_CENTS_MAX = BigDecimal.valueOf(1_000_000);
  private static final BigDecimal CEILING_CENTS_MAX = BigDecimal.valueOf(100_000_000);
  private static final List<String> AUTO_RELOAD_FIELDS =
      List.of("enabled", "threshold_cents", "amount_cents", "monthly_ceiling_cents");

  private final JdbcWallets wallets;
  private final Deposits deposits;
  private final JdbcAutoReloads autoReloads;
  private final JdbcSavedCards cards;
  private final PaymentProvider provider;
  private final Jdbi jdbi;
  private final JdbcAudit audit;
  private final Json json;

  BalanceController(
      JdbcWallets wallets,
      Deposits deposits,
      JdbcAutoReloads autoReloads,
      JdbcSavedCards cards,
      PaymentProvider provider,
      Jdbi jdbi,
      JdbcAudit audit,
      Json json) {
    this.wallets = wallets;
    this.deposits = deposits;
    this.autoReloads = autoReloads;
    this.cards = cards;
    this.provider = provider;
    this.jdbi = jdbi;
    this.audit = audit;
    this.json = json;
  }

  /// The wallet.
  ///
  /// @param heldCents set aside for running steps
  /// @param availableCents the balance less what is held
  public record Balance(
      NanoUsd balanceCents,
      NanoUsd heldCents,
      NanoUsd availableCents,
      String currency,
      NanoUsd lifetimeDepositedCents,
      NanoUsd lifetimeSpentCents,
      AutoReloadView autoReload) {}

  /// How the wallet fills again by itself. What was never set is `null`.
  ///
  /// @param thresholdCents less available than this, and the saved card is charged
  /// @param monthlyCeilingCents the most that is charged so in a calendar month (UTC)
  public record AutoReloadView(
      boolean enabled,
      Optional<NanoUsd> thresholdCents,
      Optional<NanoUsd> amountCents,
      Optional<NanoUsd> monthlyCeilingCents) {

    static AutoReloadView of(AutoReload settings) {
      return new AutoReloadView(
          settings.enabled(), settings.threshold(), settings.amount(), settings.monthlyCeiling());
    }
  }

  /// What a deposit takes.
  record Asked(NanoUsd amountCents) {}

  /// A deposit that waits to be paid.
  public record Deposit(URI checkoutUrl, String status) {}

  /// Reads the wallet.
  @Get
  public Balance balance(Caller caller) {
    caller.require(Role::readsMoney, "read the balance");
    var wallet = wallets.balance(caller.team());
    return new Balance(
        wallet.balance(),
        wallet.held(),
        wallet.available(),
        "USD",
        wallet.deposited(),
        wallet.spent(),
        AutoReloadView.of(autoReloads.find(caller.team())));
  }

  /// Begins a deposit of `{amount_cents}` (500 to 50,000). It is credited when its checkout is
  /// paid.
  @Post("/deposit")
  @io.swagger.v3.oas.annotations.parameters.RequestBody(
      content = @Content(schema = @Schema(implementation = Asked.class)))
  @ApiResponse(
      responseCode = "200",
      description = "Waits to be paid",
      content = @Content(schema = @Schema(implementation = Deposit.class)))
  public Deposit deposit(Caller caller, HttpRequest<byte[]> request) {
    caller.require(Role::movesMoney, "deposit money");
    var body =
        RequestBody.read(json, request.getBody().orElse(new byte[0]), List.of("amount_cents"));
    var amount = charge(body).orElseThrow(() -> missing("amount_cents"));
    var payment = deposits.begin(caller, request, amount);
    // The first answer again, whatever became of the payment since.
    return new Deposit(deposits.checkout(payment), "open");
  }

  /// Sets `{enabled, threshold_cents, amount_cents (500 to 50,000), monthly_ceiling_cents}`.
  /// Switched on, all are required and a saved card is needed; switched off, what is not named
  /// stays.
  @Put("/auto-reload")
  @io.swagger.v3.oas.annotations.parameters.RequestBody(
      content = @Content(schema = @Schema(implementation = AutoReloadView.class)))
  @ApiResponse(
      responseCode = "200",
      description = "As it is now set",
      content = @Content(schema = @Schema(implementation = AutoReloadView.class)))
  public AutoReloadView setAutoReload(Caller caller, HttpRequest<byte[]> request) {
    caller.require(Role::movesMoney, "set auto-reload");
    var body = RequestBody.read(json, request.getBody().orElse(new byte[0]), AUTO_RELOAD_FIELDS);
    var settings = settings(body, autoReloads.find(caller.team()));
    if (settings.enabled() && !hasCard(caller)) {
      throw HttpFailure.conflict(
              "no_saved_card",
              "There is no saved card to charge. Make a deposit first: its checkout saves the card.")
          .with("remedy", "POST /api/balance/deposit");
    }
    var before = autoReloads.find(caller.team());
    jdbi.useTransaction(tx -> {
      autoReloads.set(tx, caller.team(), settings);
      audit.record(
          tx,
          caller,
          AuditAction.AUTO_RELOAD_CHANGED,
          caller.team().toString(),
          AutoReloadView.of(before),
          AutoReloadView.of(settings));
    });
    return AutoReloadView.of(settings);
  }

  private AutoReload settings(RequestBody body, AutoReload before) {
    boolean isOn = body.required("enabled", body.flag("enabled"));
    var settings =
        new AutoReload(
            isOn,
            body.cents("threshold_cents", BigDecimal.ZERO, THRESHOLD_CENTS_MAX)
                .or(() -> isOn ? Optional.empty() : before.threshold()),
            charge(body).or(() -> isOn ? Optional.empty() : before.amount()),
            body.cents("monthly_ceiling_cents", CHARGE_CENTS_MIN, CEILING_CENTS_MAX)
                .or(() -> isOn ? Optional.empty() : before.monthlyCeiling()));
    if (isOn) {
      requireSet("threshold_cents", settings.threshold());
      requireSet("amount_cents", settings.amount());
      requireSet("monthly_ceiling_cents", settings.monthlyCeiling());
    }
    requireCeilingAllowsOne(settings);
    return settings;
  }

  private static void requireSet(String field, Optional<NanoUsd> value) {
    if (value.isEmpty()) {
      throw missing(field);
    }
  }

  private static HttpFailure missing(String field) {
    return HttpFailure.invalidValue(field, field + " is required.");
  }

  private static void requireCeilingAllowsOne(AutoReload settings) {
    var amount = settings.amount().orElse(NanoUsd.ZERO);
    settings
        .monthlyCeiling()
        .filter(ceiling -> ceiling.compareTo(amount) < 0)
        .ifPresent(_ -> {
          throw HttpFailure.invalidValue(
              "monthly_ceiling_cents",
              "monthly_ceiling_cents must be at least amount_cents, or nothing could be charged.",
              "at least " + amount.toCents());
        });
  }

  /// An amount that a card can be charged.
  private Optional<NanoUsd> charge(RequestBody body) {
    var amount = body.cents("amount_cents", CHARGE_CENTS_MIN, CHARGE_CENTS_MAX);
    if (amount.filter(provider::takes).isEmpty() && amount.isPresent()) {
      throw body.invalid("amount_cents", "a whole number of cents from 500 to 50,000");
    }
    return amount;
  }

  private boolean hasCard(Caller caller) {
    return Deposits.reaching(() -> cards.hasOne(caller.team()));
  }
}
