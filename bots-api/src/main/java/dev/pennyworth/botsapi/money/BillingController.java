package dev.pennyworth.botsapi.money;

import dev.pennyworth.billing.JdbcPlans;
import dev.pennyworth.billing.JdbcTeamLimits;
import dev.pennyworth.billing.NanoUsd;
import dev.pennyworth.billing.Plan;
import dev.pennyworth.billing.TeamLimits;
import dev.pennyworth.billing.WalletState;
import dev.pennyworth.botsapi.accounts.Caller;
import dev.pennyworth.botsapi.accounts.Role;
import dev.pennyworth.botsapi.audit.AuditAction;
import dev.pennyworth.botsapi.audit.JdbcAudit;
import dev.pennyworth.botsapi.http.HttpAnswer;
import dev.pennyworth.botsapi.http.JdbcIdempotency;
import dev.pennyworth.connectors.HttpFailure;
import dev.pennyworth.connectors.Json;
import dev.pennyworth.connectors.RequestBody;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
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
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/// A team's plan and its limits.
@Controller("/api/billing")
@Secured(SecurityRule.IS_AUTHENTICATED)
@ExecuteOn(TaskExecutors.BLOCKING)
@Tag(name = "Money")
public final class BillingController {
  private static final int ALERT_PERCENTS_MAX = 10;
  private static final List<String> LIMITS =
      List.of("monthly_limit_cents", "alert_percents", "overage_ceiling_cents");
  private static final List<String> PLANS = Arrays.stream(Plan.values()).map(Plan::word).toList();

  private final Jdbi jdbi;
  private final JdbcPlans plans;
  private final JdbcTeamLimits limits;
  private final BillingViews views;
  private final JdbcIdempotency idempotency;
  private final JdbcAudit audit;
  private final Json json;

  BillingController(
      Jdbi jdbi,
      JdbcPlans plans,
      JdbcTeamLimits limits,
      BillingViews views,
      JdbcIdempotency idempotency,
      JdbcAudit audit,
      Json json) {
    this.jdbi = jdbi;
    this.plans = plans;
    this.limits = limits;
    this.views = views;
    this.idempotency = idempotency;
    this.audit = audit;
    this.json = json;
  }

  /// All plans.
  public record Listing(List<Offer> plans) {}

  /// A plan that a team can be on.
  ///
  /// @param creditsIncluded a month; one credit is one US cent
  /// @param tokensIncluded a month; whichever of the two ends first ends the grant
  /// @param overage whether bots go on at the wallet's expense once the grant is used up
  public record Offer(
      String id,
      String name,
      NanoUsd monthlyPriceCents,
      NanoUsd creditsIncluded,
      long tokensIncluded,
      boolean overage,
      List<String> features) {}

  /// What a change of plan takes.
  record PlanAsked(@Schema(description = "One of: free, pro") String plan) {}

  /// What became of a change of plan.
  ///
  /// @param plan that the team is on now
  /// @param nextPlan that the next period begins with
  /// @param effectiveAt when the plan that was asked for begins, or began
  /// @param message the same in words
  record PlanChanged(
      String plan,
      String nextPlan,
      String status,
      Instant effectiveAt,
      BillingViews.Period period,
      String message) {}

  /// What a team's limits take. It replaces them all: what is left out or null has no limit, and
  /// alerts at 50, 80 and 100 percent.
  record LimitsAsked(
      @Nullable NanoUsd monthlyLimitCents,
      @Nullable @Schema(description = "At most 10 whole numbers from 1 to 100")
          List<Integer> alertPercents,
      @Nullable NanoUsd overageCeilingCents) {}

  /// Lists the plans. Public.
  @Get("/plans")
  @Secured(SecurityRule.IS_ANONYMOUS)
  public Listing plans() {
    return new Listing(
        Arrays.stream(Plan.values())
            .map(plan ->
                new Offer(
                    plan.word(),
                    plan.title(),
                    plan.monthlyPrice(),
                    plan.credits(),
                    plan.tokens(),
                    plan.hasOverage(),
                    plan.features()))
            .toList());
  }

  /// The team's plan, what is used of it, and the team's limits.
  @Get
  public BillingViews.Billing billing(Caller caller) {
    caller.require(Role::readsMoney, "read the plan");
    return views.of(caller.team());
  }

  /// Changes the plan to `{plan}`. A dearer one begins at once and is paid by the wallet for a
  /// month; a cheaper one begins when the paid period ends.
  @Post("/plan")
  @io.swagger.v3.oas.annotations.parameters.RequestBody(
      content = @Content(schema = @Schema(implementation = PlanAsked.class)))
  @ApiResponse(
      responseCode = "200",
      description = "Changed, or will be",
      content = @Content(schema = @Schema(implementation = PlanChanged.class)))
  public HttpResponse<byte[]> change(Caller caller, HttpRequest<byte[]> request) {
    caller.require(Role::movesMoney, "change the plan");
    var body = read(request, List.of("plan"));
    var wanted =
        body.required("plan", body.choice("plan", PLANS)).transform(Plan::parse).orElseThrow();
    var before = plans.state(caller.team());
    return idempotency.once(
        caller.team(),
        caller.user().toString(),
        request,
        tx ->
            switch (plans.change(tx, caller.team(), wanted)) {
              case JdbcPlans.Change.Changed(var state) -> {
                noteChange(tx, caller, before, state);
                yield HttpAnswer.ok(changed(state, wanted));
              }
              case JdbcPlans.Change.TooExpensive(var price, var wallet) ->
                  throw tooExpensive(wanted, price, wallet);
            });
  }

  /// A plan for the audit log.
  private record Noted(String plan, String nextPlan) {}

  private void noteChange(Handle tx, Caller caller, JdbcPlans.State before, JdbcPlans.State after) {
    audit.record(
        tx,
        caller,
        AuditAction.PLAN_CHANGED,
        caller.team().toString(),
        new Noted(before.plan().word(), before.next().word()),
        new Noted(after.plan().word(), after.next().word()));
  }

  /// Replaces the team's limits; works at once. What the body leaves out or sets to null is
  /// cleared: no limit, and alerts at 50, 80 and 100 percent.
  @Put("/limits")
  @io.swagger.v3.oas.annotations.parameters.RequestBody(
      content = @Content(schema = @Schema(implementation = LimitsAsked.class)))
  @ApiResponse(
      responseCode = "200",
      description = "The limits from now on",
      content = @Content(schema = @Schema(implementation = BillingViews.Limits.class)))
  public BillingViews.Limits setLimits(Caller caller, HttpRequest<byte[]> request) {
    caller.require(Role::movesMoney, "change the team's limits");
    var wanted = limits(read(request, LIMITS));
    return jdbi.inTransaction(tx -> {
      var before = limits.of(tx, caller.team());
      limits.set(tx, caller.team(), wanted);
      audit.record(
          tx,
          caller,
          AuditAction.LIMITS_CHANGED,
          caller.team().toString(),
          noted(before),
          noted(wanted));
      return views.limits(tx, caller.team());
    });
  }

  private static LimitsAsked noted(TeamLimits limits) {
    return new LimitsAsked(
        limits.monthly().orElse(null),
        limits.alertPercents(),
        limits.overageCeiling().orElse(null));
  }

  private static TeamLimits limits(RequestBody body) {
    boolean isNamed = body.names("alert_percents") && !body.clears("alert_percents");
    var percents =
        isNamed
            ? body.integers("alert_percents", ALERT_PERCENTS_MAX, 1, 100).stream()
                .sorted()
                .distinct()
                .toList()
            : TeamLimits.NONE.alertPercents();
    return new TeamLimits(
        body.cents("monthly_limit_cents"), body.cents("overage_ceiling_cents"), percents);
  }

  private static PlanChanged changed(JdbcPlans.State state, Plan wanted) {
    boolean isNow = state.plan() == wanted;
    var effectiveAt = isNow ? state.periodStartsAt() : state.periodEndsAt();
    return new PlanChanged(
        state.plan().word(),
        state.next().word(),
        state.status(),
        effectiveAt,
        new BillingViews.Period(state.periodStartsAt(), state.periodEndsAt()),
        isNow
            ? "The plan is %s.".formatted(wanted.title())
            : "%s is paid until %s and stays until then; %s begins after it."
                .formatted(state.plan().title(), state.periodEndsAt(), wanted.title()));
  }

  private static HttpFailure tooExpensive(Plan wanted, NanoUsd price, WalletState wallet) {
    var missing = price.minus(wallet.available());
    return HttpFailure.paymentRequired(
            "insufficient_balance",
            "%s costs %s cents a month and the wallet has %s available."
                .formatted(wanted.title(), price.toCents(), wallet.available().toCents()))
        .with("scope", "wallet")
        .with("limit", wallet.balance().plus(wallet.spent()))
        .with("spent", wallet.spent())
        .with("held", wallet.held())
        .with("remaining", wallet.available())
        .with("needed", price)
        .with("unit", "cents")
        .with("resets_at", null)
        .with("remedy", "Top up the wallet by at least %s cents.".formatted(missing.toCents()))
        .with("missing_cents", missing);
  }

  private RequestBody read(HttpRequest<byte[]> request, List<String> known) {
    return RequestBody.read(json, request.getBody().orElse(new byte[0]), known);
  }
}
