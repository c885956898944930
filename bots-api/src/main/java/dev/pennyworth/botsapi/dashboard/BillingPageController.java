package dev.pennyworth.botsapi.dashboard;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pennyworth.billing.NanoUsd;
import dev.pennyworth.botsapi.Configuration;
import dev.pennyworth.botsapi.accounts.Caller;
import dev.pennyworth.botsapi.http.PublicUrl;
import dev.pennyworth.botsapi.money.BalanceController;
import dev.pennyworth.botsapi.money.BillingController;
import dev.pennyworth.connectors.HttpFailure;
import dev.pennyworth.connectors.Json;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Consumes;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.Post;
import io.micronaut.http.annotation.Produces;
import io.micronaut.http.annotation.QueryValue;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.micronaut.security.annotation.Secured;
import io.micronaut.security.rules.SecurityRule;
import io.swagger.v3.oas.annotations.Hidden;
import java.net.URI;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Topping up, auto-reload, the plan and the team's limits.
@Controller("/dashboard/billing")
@Secured(SecurityRule.IS_AUTHENTICATED)
@ExecuteOn(TaskExecutors.BLOCKING)
@Produces(MediaType.TEXT_HTML)
@Consumes(MediaType.APPLICATION_FORM_URLENCODED)
@Hidden
final class BillingPageController {
  private static final String AMOUNT = "amount_cents";
  private static final String AMOUNT_SUGGESTED = "20.00";
  private static final int DEPOSIT_DOLLARS_MIN = 5;
  private static final int DEPOSIT_DOLLARS_MAX = 500;
  private static final String PERCENTS = "alert_percents";

  private final BalanceController balance;
  private final BillingController billing;
  private final PublicUrl publicUrl;
  private final boolean isSandbox;
  private final HtmlPages pages;
  private final Forms forms;
  private final Json json;

  BillingPageController(
      BalanceController balance,
      BillingController billing,
      PublicUrl publicUrl,
      Configuration configuration,
      HtmlPages pages,
      Forms forms,
      Json json) {
    this.balance = balance;
    this.billing = billing;
    this.publicUrl = publicUrl;
    this.isSandbox = configuration.stripe().apiKey().isEmpty();
    this.pages = pages;
    this.forms = forms;
    this.json = json;
  }

  /// @param amount dollars to suggest for a deposit
  @Get
  HttpResponse<?> show(Caller caller, HttpRequest<?> request, @Nullable @QueryValue String amount) {
    var page = page(caller);
    var filled =
        amount == null || !amount.matches("\\d{1,3}(?:\\.\\d{2})?")
            ? page
            : page.withDeposit(page.deposit().with(AMOUNT, amount));
    return pages.show(request, shown(filled));
  }

  @Post("/deposit")
  HttpResponse<?> deposit(Caller caller, HttpRequest<byte[]> request) {
    var form = forms.read(request);
    try {
      var body = new FormJson(form).dollars(AMOUNT);
      var deposit = balance.deposit(caller, body.request(json));
      return HttpResponse.seeOther(here(deposit.checkoutUrl()));
    } catch (HttpFailure failure) {
      return refused(caller, request, failure, page -> page.withDeposit(form.refused(failure)));
    }
  }

  /// A page of ours is at the address that the browser knows us by.
  private URI here(URI checkout) {
    var base = publicUrl.base();
    var isOurs =
        base.getScheme().equals(checkout.getScheme())
            && base.getAuthority().equals(checkout.getAuthority());
    return isOurs ? URI.create(checkout.getRawPath()) : checkout;
  }

  @Post("/auto-reload")
  HttpResponse<?> autoReload(Caller caller, HttpRequest<byte[]> request) {
    var form = forms.read(request);
    try {
      var body =
          new FormJson(form)
              .flags("enabled")
              .dollars("threshold_cents", AMOUNT, "monthly_ceiling_cents");
      balance.setAutoReload(caller, body.request(json));
      return HtmlPages.seeOther(Section.BILLING.path(), Notice.SAVED);
    } catch (HttpFailure failure) {
      return refused(caller, request, failure, page -> page.withAutoReload(form.refused(failure)));
    }
  }

  @Post("/limits")
  HttpResponse<?> limits(Caller caller, HttpRequest<byte[]> request) {
    var form = forms.read(request);
    try {
      var body = new FormJson(form).dollars("monthly_limit_cents", "overage_ceiling_cents");
      percents(form, body.tree());
      billing.setLimits(caller, body.request(json));
      return HtmlPages.seeOther(Section.BILLING.path(), Notice.SAVED);
    } catch (HttpFailure failure) {
      return refused(caller, request, failure, page -> page.withLimits(form.refused(failure)));
    }
  }

  /// What is no whole number goes as a text, which the service refuses.
  private static void percents(Form form, ObjectNode body) {
    var text = form.value(PERCENTS).strip();
    if (text.isEmpty()) {
      body.putNull(PERCENTS);
      return;
    }
    var list = body.putArray(PERCENTS);
    for (var percent : text.split("[\\s,;%]+", -1)) {
      if (percent.matches("\\d{1,9}")) {
        list.add(Integer.parseInt(percent));
      } else if (!percent.isEmpty()) {
        list.add(percent);
      }
    }
  }

  @Post("/plan")
  HttpResponse<?> plan(Caller caller, HttpRequest<byte[]> request) {
    var form = forms.read(request);
    try {
      billing.change(caller, new FormJson(form).texts("plan").request(json));
      return HtmlPages.seeOther(Section.BILLING.path(), Notice.PLAN_CHANGED);
    } catch (HttpFailure failure) {
      return refused(caller, request, failure, page -> page.withPlanRefused(refusedPlan(failure)));
    }
  }

  private static BillingPage.PlanRefused refusedPlan(HttpFailure failure) {
    var facts = failure.details();
    return facts.get("needed") instanceof NanoUsd needed
            && facts.get("remaining") instanceof NanoUsd available
            && facts.get("missing_cents") instanceof NanoUsd missing
        ? new BillingPage.PlanRefused(
            "The plan costs %s a month and the wallet has %s available: %s is missing."
                .formatted(
                    MoneyText.shown(needed), MoneyText.purse(available), MoneyText.exact(missing)),
            Optional.of(covering(missing)))
        : new BillingPage.PlanRefused(failure.message(), Optional.empty());
  }

  /// Whole dollars that can be deposited and are enough.
  private static String covering(NanoUsd missing) {
    var dollars = Math.ceilDiv(missing.nanos(), NanoUsd.ofCents(100).nanos());
    return Math.clamp(dollars, DEPOSIT_DOLLARS_MIN, DEPOSIT_DOLLARS_MAX) + ".00";
  }

  /// Who may not do it gets no form to try again with.
  private HttpResponse<?> refused(
      Caller caller,
      HttpRequest<?> request,
      HttpFailure failure,
      Function<BillingPage, BillingPage> change) {
    if (failure.status() == 403) {
      throw failure;
    }
    return pages.show(request, shown(change.apply(page(caller))).refused(failure));
  }

  private static HtmlPages.Page shown(BillingPage page) {
    return HtmlPages.Page.of(Section.BILLING, "Plan and top-up", "pages/billing", page);
  }

  private BillingPage page(Caller caller) {
    var wallet = balance.balance(caller);
    var plan = billing.billing(caller);
    var reload = wallet.autoReload();
    var limits = plan.limits();
    return new BillingPage(
        wallet,
        plan,
        billing.plans().plans(),
        isSandbox,
        Form.empty().with(AMOUNT, AMOUNT_SUGGESTED),
        Form.empty()
            .with("enabled", reload.enabled() ? "on" : "")
            .with("threshold_cents", field(reload.thresholdCents()))
            .with(AMOUNT, field(reload.amountCents()))
            .with("monthly_ceiling_cents", field(reload.monthlyCeilingCents())),
        Form.empty()
            .with("monthly_limit_cents", field(limits.monthlyLimitCents()))
            .with("overage_ceiling_cents", field(limits.overageCeilingCents()))
            .with(
                PERCENTS,
                limits.alertPercents().stream()
                    .map(String::valueOf)
                    .collect(Collectors.joining(", "))),
        Optional.empty());
  }

  private static String field(Optional<NanoUsd> amount) {
    return amount.map(MoneyText::field).orElse("");
  }
}
