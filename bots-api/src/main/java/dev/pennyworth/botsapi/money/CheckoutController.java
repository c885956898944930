package dev.pennyworth.botsapi.money;

import dev.pennyworth.billing.Payment;
import dev.pennyworth.billing.SandboxCheckout;
import dev.pennyworth.billing.TeamId;
import dev.pennyworth.botsapi.Configuration;
import dev.pennyworth.connectors.HttpFailure;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Consumes;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.Post;
import io.micronaut.http.annotation.Produces;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.micronaut.security.annotation.Secured;
import io.micronaut.security.rules.SecurityRule;
import io.swagger.v3.oas.annotations.Hidden;
import java.util.Optional;
import java.util.UUID;
import java.util.function.BiFunction;

/// The sandbox's checkout page: one form whose submit pays. Whoever knows the address may pay, as
/// with any checkout page; the address cannot be guessed.
@Controller("/checkout")
@Secured(SecurityRule.IS_ANONYMOUS)
@ExecuteOn(TaskExecutors.BLOCKING)
@Hidden
final class CheckoutController {
  private static final String FORM =
      """
      <form method="post"><button type="submit">Pay</button></form>\
      """;
  private static final String BACK =
      """
      <p><a href="/dashboard/billing">Back to the dashboard</a></p>\
      """;
  private static final String PAID =
      """
      <p role="status">Paid. The amount is in the wallet; paying again changes nothing.</p>\
      """;

  private final SandboxCheckout payments;
  private final boolean isSandbox;

  CheckoutController(SandboxCheckout payments, Configuration configuration) {
    this.payments = payments;
    this.isSandbox = configuration.stripe().apiKey().isEmpty();
  }

  static String path(TeamId team, UUID payment) {
    return "/checkout/" + team + "/" + payment;
  }

  /// Shows what is to be paid.
  @Get("/{team}/{payment}")
  @Produces(MediaType.TEXT_HTML)
  String show(String team, String payment) {
    requireSandbox();
    return page(team, payment, payments::find);
  }

  /// Pays, once.
  @Post("/{team}/{payment}")
  @Consumes(MediaType.ALL)
  @Produces(MediaType.TEXT_HTML)
  String pay(String team, String payment) {
    requireSandbox();
    return page(team, payment, payments::pay);
  }

  private void requireSandbox() {
    if (!isSandbox) {
      throw HttpFailure.notFound("payment");
    }
  }

  /// Where Stripe sends who has paid.
  @Get("/thanks")
  @Produces(MediaType.TEXT_HTML)
  String thanks() {
    return note("Thank you. The amount is in the wallet as soon as Stripe has confirmed it.");
  }

  /// Where Stripe sends who has changed his mind.
  @Get("/canceled")
  @Produces(MediaType.TEXT_HTML)
  String canceled() {
    return note("Nothing was paid.");
  }

  private static String note(String text) {
    return """
    <!doctype html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Checkout</title>
    </head>
    <body><p role="status">%s</p>%s</body>
    </html>
    """
        .formatted(text, BACK);
  }

  private static String page(
      String team, String payment, BiFunction<TeamId, UUID, Optional<Payment>> deed) {
    return TeamId.parse(team)
        .flatMap(teamId -> uuid(payment).flatMap(id -> deed.apply(teamId, id)))
        .map(CheckoutController::html)
        .orElseThrow(() -> HttpFailure.notFound("payment"));
  }

  private static String html(Payment payment) {
    return """
    <!doctype html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Sandbox checkout</title>
    <style>
    body { font: 1rem/1.5 system-ui, sans-serif; max-width: 28rem; margin: 4rem auto; padding: 0 1rem }
    .sandbox { border: 2px solid #b45309; border-radius: .5rem; padding: .75rem 1rem }
    button { font: inherit; padding: .6rem 1.2rem; border-radius: .4rem }
    </style>
    </head>
    <body>
    <p class="sandbox">This is the sandbox: no real money moves.</p>
    <h1>%s cents (USD)</h1>
    %s
    %s
    </body>
    </html>
    """
        .formatted(payment.amount().toCents(), payment.isPaid() ? PAID : FORM, BACK);
  }

  private static Optional<UUID> uuid(String text) {
    try {
      return Optional.of(UUID.fromString(text));
    } catch (IllegalArgumentException _) {
      return Optional.empty();
    }
  }
}
