package dev.pennyworth.botsapi.bots;

import dev.pennyworth.agentloop.InboundMessage;
import dev.pennyworth.agentloop.RateLimit;
import dev.pennyworth.billing.BotId;
import dev.pennyworth.billing.JdbcBudgets;
import dev.pennyworth.billing.NanoUsd;
import dev.pennyworth.botsapi.accounts.Caller;
import dev.pennyworth.botsapi.accounts.Role;
import dev.pennyworth.botsapi.http.HttpAnswer;
import dev.pennyworth.botsapi.http.JdbcIdempotency;
import dev.pennyworth.botsapi.http.Pages;
import dev.pennyworth.connectors.HttpFailure;
import dev.pennyworth.connectors.Json;
import dev.pennyworth.connectors.RequestBody;
import dev.pennyworth.connectors.SynchronousTurns;
import dev.pennyworth.connectors.TurnAnswer;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Delete;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.Patch;
import io.micronaut.http.annotation.Post;
import io.micronaut.http.annotation.QueryValue;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.micronaut.security.annotation.Secured;
import io.micronaut.security.rules.SecurityRule;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/// Bots: make, read, change, connect and try them.
@Controller("/api/bots")
@Secured(SecurityRule.IS_AUTHENTICATED)
@ExecuteOn(TaskExecutors.BLOCKING)
@Tag(name = "Bots")
public final class BotController {
  static final int TESTS_PER_MINUTE_MAX = 10;
  static final int TEST_LENGTH_MAX = 100_000;

  private final Jdbi jdbi;
  private final OwnersBots owners;
  private final BotConnections connections;
  private final JdbcBots bots;
  private final JdbcBotFigures figures;
  private final JdbcBudgets budgets;
  private final SynchronousTurns turns;
  private final JdbcIdempotency idempotency;
  private final Json json;
  private final Supplier<UUID> ids;

  BotController(
      Jdbi jdbi,
      OwnersBots owners,
      BotConnections connections,
      JdbcBots bots,
      JdbcBotFigures figures,
      JdbcBudgets budgets,
      SynchronousTurns turns,
      JdbcIdempotency idempotency,
      Json json,
      Supplier<UUID> ids) {
    this.jdbi = jdbi;
    this.owners = owners;
    this.connections = connections;
    this.bots = bots;
    this.figures = figures;
    this.budgets = budgets;
    this.turns = turns;
    this.idempotency = idempotency;
    this.json = json;
    this.ids = ids;
  }

  /// A bot in a list.
  public record Listed(
      BotId id,
      String name,
      String slug,
      String platform,
      String status,
      String llmProvider,
      String llmModel,
      Instant createdAt,
      Instant updatedAt,
      Optional<Instant> lastActiveAt,
      long conversationCount,
      NanoUsd spentCents) {}

  /// What a test takes.
  record Tried(String message) {}

  /// A page of bots.
  public record Listing(List<Listed> bots, @Nullable String nextCursor) {}

  /// Makes a bot. A custom bot's webhook_secret is shown in this answer only.
  @Post
  @io.swagger.v3.oas.annotations.parameters.RequestBody(
      content = @Content(schema = @Schema(implementation = BotRequest.class)))
  @ApiResponse(
      responseCode = "201",
      description = "Made",
      content = @Content(schema = @Schema(implementation = BotView.class)))
  public HttpResponse<byte[]> create(Caller caller, HttpRequest<byte[]> request) {
    caller.require(Role::editsBots, "make bots");
    return idempotency.once(
        caller.team(),
        caller.user().toString(),
        request,
        tx -> HttpAnswer.created(owners.create(tx, caller, body(request))));
  }

  /// Lists bots, newest first.
  @Get
  public Listing list(
      Caller caller, @Nullable @QueryValue String limit, @Nullable @QueryValue String cursor) {
    var asked = Pages.request(limit, cursor, BotId::parse);
    return jdbi.withHandle(handle -> {
      var activity = figures.activity(handle, caller.team(), Optional.empty());
      var spent = budgets.spent(handle, caller.team());
      var page =
          asked.page(
              bots.list(handle, caller.team(), asked.after(), asked.rows()),
              bot -> bot.id().toString());
      return new Listing(
          page.rows().stream()
              .map(bot ->
                  listed(
                      bot,
                      activity.getOrDefault(bot.id(), JdbcBotFigures.Activity.NONE),
                      spent.getOrDefault(bot.id(), NanoUsd.ZERO)))
              .toList(),
          page.nextCursor());
    });
  }

  /// Reads a bot. Secrets show as `***` with a fingerprint.
  @Get("/{id}")
  BotView read(Caller caller, String id) {
    caller.require(Role::readsPrompts, "read bots");
    return jdbi.withHandle(handle -> owners.read(handle, caller.team(), bot(id)));
  }

  /// Changes the fields that the body names; `null` clears. The role `billing` changes billing_mode
  /// and what a bot may spend (spending_cap_cents, spending_caps, max_cost_cents_per_message,
  /// end_user_daily_cents), and nothing else; `editor` changes all but billing_mode, and lowers
  /// those limits without raising or clearing them. New credentials of an active bot are tried with
  /// its platform, and kept if it takes them.
  @Patch("/{id}")
  @io.swagger.v3.oas.annotations.parameters.RequestBody(
      content = @Content(schema = @Schema(implementation = BotRequest.class)))
  public BotView patch(Caller caller, String id, HttpRequest<byte[]> request) {
    caller.require(Role::changesBots, "change bots");
    return connections.change(caller, bot(id), body(request));
  }

  /// Deletes a bot. Its ledger stays.
  @Delete("/{id}")
  public HttpResponse<?> delete(Caller caller, String id) {
    caller.require(Role::editsBots, "delete bots");
    connections.disconnectForGood(caller, bot(id));
    jdbi.useTransaction(tx -> owners.delete(tx, caller, bot(id)));
    return HttpResponse.noContent();
  }

  /// Connects a bot to its platform; tells what is left to do by hand.
  @Post("/{id}/activate")
  public BotConnections.Connection activate(Caller caller, String id) {
    caller.require(Role::editsBots, "activate bots");
    return connections.activate(caller, bot(id));
  }

  /// Drops a bot's platform connection.
  @Post("/{id}/pause")
  public BotConnections.Connection pause(Caller caller, String id) {
    caller.require(Role::editsBots, "pause bots");
    return connections.pause(caller, bot(id));
  }

  /// Asks the bot's platform whether the connection works; tells what is wrong.
  @Get("/{id}/health")
  public BotConnections.Health health(Caller caller, String id) {
    caller.require(Role::editsBots, "look at a bot's connection");
    return connections.health(caller, bot(id));
  }

  /// Replaces a custom bot's webhook secret. The answer is the only place that shows the new one.
  @Post("/{id}/webhook-secret")
  public OwnersBots.NewWebhookSecret rotateWebhookSecret(Caller caller, String id) {
    caller.require(Role::editsBots, "change secrets");
    return jdbi.inTransaction(tx -> owners.rotateWebhookSecret(tx, caller, bot(id)));
  }

  /// Runs one real turn with `{message}` and answers with it; 10 a minute per user.
  @Post("/{id}/test")
  @io.swagger.v3.oas.annotations.parameters.RequestBody(
      content = @Content(schema = @Schema(implementation = Tried.class)))
  @ApiResponse(
      responseCode = "200",
      description = "The whole turn",
      content = @Content(schema = @Schema(implementation = TurnAnswer.class)))
  HttpResponse<byte[]> test(Caller caller, String id, HttpRequest<byte[]> request) {
    String user = caller.user().toString();
    var limits =
        List.of(new RateLimit("user/" + user + "/test", "your tests", TESTS_PER_MINUTE_MAX));
    return turns.limited(caller.team(), limits, () -> test(caller, bot(id), request, limits));
  }

  private HttpResponse<byte[]> test(
      Caller caller, BotId bot, HttpRequest<byte[]> request, List<RateLimit> limits) {
    caller.require(Role::editsBots, "try bots");
    var settings = bots.find(caller.team(), bot).orElseThrow(() -> HttpFailure.notFound("bot"));
    var body = RequestBody.read(json, body(request), List.of("message"));
    var text = body.required("message", body.chat("message", TEST_LENGTH_MAX));
    return turns.answer(
        new InboundMessage(
            caller.team(),
            settings.bot(),
            "test",
            eventId(caller, request),
            "test",
            caller.user().toString(),
            Optional.empty(),
            text),
        settings,
        limits);
  }

  /// A retry with the same Idempotency-Key is the same event: one turn, one charge, one answer.
  private String eventId(Caller caller, HttpRequest<byte[]> request) {
    return idempotency
        .keep(caller.team(), caller.user().toString(), request)
        .orElseGet(() -> ids.get().toString());
  }

  private static Listed listed(Bot bot, JdbcBotFigures.Activity activity, NanoUsd spent) {
    return new Listed(
        bot.id(),
        bot.document().name(),
        bot.slug(),
        bot.document().platform(),
        bot.status(),
        bot.document().llmProvider(),
        bot.document().llmModel(),
        bot.createdAt(),
        bot.updatedAt(),
        activity.lastAt(),
        activity.conversations(),
        spent);
  }

  private static byte[] body(HttpRequest<byte[]> request) {
    return request.getBody().orElse(new byte[0]);
  }

  private static BotId bot(String id) {
    return BotId.parse(id).orElseThrow(() -> HttpFailure.notFound("bot"));
  }
}
