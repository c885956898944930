package dev.pennyworth.botsapi.money;

import dev.pennyworth.billing.JdbcSandboxPayments;
import dev.pennyworth.billing.JdbcWallets;
import dev.pennyworth.billing.NanoUsd;
import dev.pennyworth.botsapi.Configuration;
import dev.pennyworth.botsapi.accounts.Caller;
import dev.pennyworth.botsapi.accounts.Role;
import dev.pennyworth.botsapi.http.HttpAnswer;
import dev.pennyworth.botsapi.http.JdbcIdempotency;
import dev.pennyworth.botsapi.http.PublicUrl;
import dev.pennyworth.connectors.HttpFailure;
import dev.pennyworth.connectors.Json;
import dev.pennyworth.connectors.RequestBody;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.Post;
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

/// The wallet, and putting money into it.
@Controller("/api/balance")
@Secured(SecurityRule.IS_AUTHENTICATED)
@ExecuteOn(TaskExecutors.BLOCKING)
@Tag(name = "Money")
final class BalanceController {
  private static final BigDecimal DEPOSIT_CENTS_MIN = BigDecimal.valueOf(500);
  private static final BigDecimal DEPOSIT_CENTS_MAX = BigDecimal.valueOf(50_000);

  private final JdbcWallets wallets;
  private final JdbcSandboxPayments payments;
  private final JdbcIdempotency idempotency;
  private final PublicUrl publicUrl;
  private final Json json;
  private final boolean isSandbox;

  BalanceController(
      JdbcWallets wallets,
      JdbcSandboxPayments payments,
      JdbcIdempotency idempotency,
      PublicUrl publicUrl,
      Json json,
      Configuration configuration) {
    this.wallets = wallets;
    this.payments = payments;
    this.idempotency = idempotency;
    this.publicUrl = publicUrl;
    this.json = json;
    this.isSandbox = configuration.stripe().apiKey().isEmpty();
  }

  /// The wallet.
  ///
  /// @param heldCents set aside for running steps
  /// @param availableCents the balance less what is held
  record Balance(
      NanoUsd balanceCents,
      NanoUsd heldCents,
      NanoUsd availableCents,
      String currency,
      NanoUsd lifetimeDepositedCents,
      NanoUsd lifetimeSpentCents,
      AutoReload autoReload) {}

  /// Not yet to be had: always off.
  record AutoReload(
      boolean enabled,
      Optional<NanoUsd> thresholdCents,
      Optional<NanoUsd> amountCents,
      Optional<NanoUsd> monthlyCeilingCents) {
    static final AutoReload OFF =
        new AutoReload(false, Optional.empty(), Optional.empty(), Optional.empty());
  }

  /// What a deposit takes.
  record Asked(NanoUsd amountCents) {}

  /// A deposit that waits to be paid.
  record Deposit(URI checkoutUrl, String status) {}

  /// Reads the wallet.
  @Get
  Balance balance(Caller caller) {
    caller.require(Role::readsMoney, "read the balance");
    var wallet = wallets.balance(caller.team());
    return new Balance(
        wallet.balance(),
        wallet.held(),
        wallet.available(),
        "USD",
        wallet.deposited(),
        wallet.spent(),
        AutoReload.OFF);
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
  HttpResponse<byte[]> deposit(Caller caller, HttpRequest<byte[]> request) {
    caller.require(Role::movesMoney, "deposit money");
    if (!isSandbox) {
      throw HttpFailure.forbidden(
          "deposits_unavailable",
          "STRIPE_API_KEY is set, so the sandbox is off; this version cannot take payments through"
              + " Stripe yet.");
    }
    var body =
        RequestBody.read(json, request.getBody().orElse(new byte[0]), List.of("amount_cents"));
    var amount =
        body.required(
            "amount_cents", body.cents("amount_cents", DEPOSIT_CENTS_MIN, DEPOSIT_CENTS_MAX));
    return idempotency.once(
        caller.team(),
        caller.user().toString(),
        request,
        tx -> {
          var payment = payments.open(tx, caller.team(), amount);
          var checkout = publicUrl.at(CheckoutController.path(caller.team(), payment.id()));
          return HttpAnswer.ok(new Deposit(checkout, "open"));
        });
  }
}
