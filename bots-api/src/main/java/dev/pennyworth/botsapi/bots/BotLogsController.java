package dev.pennyworth.botsapi.bots;

import dev.pennyworth.agentloop.CleanText;
import dev.pennyworth.agentloop.ConversationId;
import dev.pennyworth.agentloop.JdbcErasure;
import dev.pennyworth.agentloop.JdbcTurnReports;
import dev.pennyworth.agentloop.MessageId;
import dev.pennyworth.agentloop.TurnReport;
import dev.pennyworth.billing.BillingMode;
import dev.pennyworth.billing.BotId;
import dev.pennyworth.billing.JdbcBudgets;
import dev.pennyworth.billing.JdbcRollups;
import dev.pennyworth.billing.JdbcWallets;
import dev.pennyworth.billing.TurnId;
import dev.pennyworth.botsapi.accounts.Caller;
import dev.pennyworth.botsapi.accounts.Role;
import dev.pennyworth.botsapi.http.Pages;
import dev.pennyworth.botsapi.http.TimeOrDay;
import dev.pennyworth.connectors.HttpFailure;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Delete;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.QueryValue;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.micronaut.security.annotation.Secured;
import io.micronaut.security.rules.SecurityRule;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/// What bots said, what it cost and how it adds up by day.
@Controller("/api/bots/{id}")
@Secured(SecurityRule.IS_AUTHENTICATED)
@ExecuteOn(TaskExecutors.BLOCKING)
@Tag(name = "Logs and analytics")
public final class BotLogsController {
  private static final List<String> STATUSES = List.of("running", "parked", "done", "failed");
  private static final List<String> DELIVERIES =
      List.of("pending", "sending", "sent", "unknown", "failed");
  private static final int DAYS_MAX = 366;
  private static final int DAYS_DEFAULT = 30;

  private final Jdbi jdbi;
  private final OwnersBots owners;
  private final JdbcLogs logs;
  private final JdbcTurnReports reports;
  private final JdbcRollups rollups;
  private final JdbcBudgets budgets;
  private final JdbcWallets wallets;
  private final JdbcErasure erasure;
  private final InstantSource clock;

  BotLogsController(
      Jdbi jdbi,
      OwnersBots owners,
      JdbcLogs logs,
      JdbcTurnReports reports,
      JdbcRollups rollups,
      JdbcBudgets budgets,
      JdbcWallets wallets,
      JdbcErasure erasure,
      InstantSource clock) {
    this.jdbi = jdbi;
    this.owners = owners;
    this.logs = logs;
    this.reports = reports;
    this.rollups = rollups;
    this.budgets = budgets;
    this.wallets = wallets;
    this.erasure = erasure;
    this.clock = clock;
  }

  /// A page of conversations.
  public record Conversations(
      List<JdbcLogs.Conversation> conversations, @Nullable String nextCursor) {}

  /// A message of a conversation.
  ///
  /// @param direction `in` or `out`
  public record MessageView(
      MessageId id, TurnId turnId, String direction, String text, Instant createdAt) {}

  /// A page of messages.
  public record Messages(List<MessageView> messages, @Nullable String nextCursor) {}

  /// A page of turns.
  public record Turns(List<TurnView> turns, @Nullable String nextCursor) {}

  /// Lists conversations, newest first.
  @Get("/conversations")
  public Conversations conversations(
      Caller caller,
      String id,
      @Nullable @QueryValue String limit,
      @Nullable @QueryValue String cursor) {
    var bot = requireBot(caller, id);
    var asked = Pages.request(limit, cursor, ConversationId::parse);
    var page =
        asked.page(
            jdbi.withHandle(handle ->
                logs.conversations(handle, caller.team(), bot.id(), asked.after(), asked.rows())),
            conversation -> conversation.id().toString());
    return new Conversations(page.rows(), page.nextCursor());
  }

  /// A conversation as it is listed.
  ///
  /// @throws HttpFailure 403, 404
  public JdbcLogs.Conversation conversation(Caller caller, String id, String conversationId) {
    var bot = requireBot(caller, id);
    return ConversationId.parse(conversationId)
        .flatMap(conversation ->
            jdbi.withHandle(
                handle -> logs.conversation(handle, caller.team(), bot.id(), conversation)))
        .orElseThrow(() -> HttpFailure.notFound("conversation"));
  }

  /// Lists a conversation's messages, oldest first.
  @Get("/conversations/{conversationId}/messages")
  public Messages messages(
      Caller caller,
      String id,
      String conversationId,
      @Nullable @QueryValue String limit,
      @Nullable @QueryValue String cursor) {
    var bot = requireBot(caller, id);
    var conversation = requireConversation(caller, bot, conversationId);
    var asked = Pages.request(limit, cursor, JdbcLogs.Key::parse);
    var page =
        asked.page(
            jdbi.withHandle(handle ->
                logs.messages(handle, caller.team(), conversation, asked.after(), asked.rows())),
            message -> message.key().toString());
    return new Messages(
        page.rows().stream()
            .map(message ->
                new MessageView(
                    message.id(),
                    message.turnId(),
                    message.direction(),
                    message.text(),
                    message.createdAt()))
            .toList(),
        page.nextCursor());
  }

  /// Lists turns with their receipts, newest first; by `delivery`, those whose reply is in that
  /// state on its way to the platform.
  @Get("/turns")
  public Turns turns(
      Caller caller,
      String id,
      @Nullable @QueryValue("conversation_id") String conversationId,
      @Nullable @QueryValue String status,
      @Nullable @QueryValue String delivery,
      @Nullable @QueryValue String limit,
      @Nullable @QueryValue String cursor) {
    var bot = requireBot(caller, id);
    var asked = Pages.request(limit, cursor, TurnId::parse);
    var conversation =
        conversationId == null
            ? Optional.<ConversationId>empty()
            : Optional.of(requireConversation(caller, bot, conversationId));
    var page =
        asked.page(
            reports.list(
                caller.team(),
                bot.id(),
                conversation,
                oneOf("status", status, STATUSES),
                oneOf("delivery", delivery, DELIVERIES),
                asked.after(),
                asked.rows()),
            turn -> turn.id().toString());
    return new Turns(page.rows().stream().map(TurnView::of).toList(), page.nextCursor());
  }

  /// Reads a turn with its receipt.
  @Get("/turns/{turnId}")
  public TurnView turn(Caller caller, String id, String turnId) {
    caller.require(Role::readsPrompts, "read conversations");
    return TurnView.of(require(caller, id, turnId));
  }

  /// The figures by day, in the bot's time zone, both ends included; the last 30 days by default. A
  /// time stands for its day.
  @Get("/analytics")
  public Analytics analytics(
      Caller caller,
      String id,
      @Nullable @QueryValue String from,
      @Nullable @QueryValue String to) {
    var bot = jdbi.withHandle(handle -> owners.require(handle, caller.team(), bot(id)));
    var zone = bot.document().timezone();
    var today = clock.instant().atZone(zone).toLocalDate();
    var last = TimeOrDay.read("to", to).map(it -> it.day(zone)).orElse(today);
    var first =
        TimeOrDay.read("from", from)
            .map(it -> it.day(zone))
            .orElse(last.minusDays(DAYS_DEFAULT - 1));
    requireRange(first, last);
    return jdbi.withHandle(handle ->
        Analytics.of(
            zone.getId(),
            first,
            last,
            rollups.days(handle, caller.team(), bot.id(), first, last),
            logs.latencies(handle, caller.team(), bot.id(), first, last),
            logs.conversationsStarted(
                handle,
                caller.team(),
                bot.id(),
                first.atStartOfDay(zone).toInstant(),
                last.plusDays(1).atStartOfDay(zone).toInstant())));
  }

  /// What the bot cost by day and model, over the days of these figures.
  ///
  /// @throws HttpFailure 404
  public List<JdbcLogs.SpentOn> spentOn(Caller caller, String id, Analytics figures) {
    return jdbi.withHandle(handle ->
        logs.spentOn(
            handle,
            caller.team(),
            owners.require(handle, caller.team(), bot(id)).id(),
            figures.daily().getFirst().date(),
            figures.daily().getLast().date()));
  }

  /// What the bot has spent, what its caps leave, and how long that lasts.
  @Get("/usage/summary")
  public UsageSummary usage(Caller caller, String id) {
    return jdbi.withHandle(handle -> {
      var bot = owners.require(handle, caller.team(), bot(id));
      var zone = bot.document().timezone();
      var today = clock.instant().atZone(zone).toLocalDate();
      var firstDay = today.minusDays(UsageSummary.PACE_DAYS);
      // Days left tell the balance to who may not read it.
      boolean isWallet =
          bot.document().billingMode() == BillingMode.WALLET && caller.role().readsMoney();
      return UsageSummary.of(
          budgets.states(handle, caller.team(), bot.id(), zone),
          rollups.days(handle, caller.team(), bot.id(), firstDay, today),
          bot.createdAt().atZone(zone).toLocalDate(),
          today,
          isWallet ? Optional.of(wallets.balance(caller.team()).available()) : Optional.empty());
    });
  }

  /// How much of a person was found and erased.
  public record Erased(int conversations) {}

  /// Erases what an end user said and was told. The ledger keeps amounts only.
  @Delete("/end-users/{platformUserId}")
  public Erased erase(Caller caller, String id, String platformUserId) {
    caller.require(Role::editsBots, "erase messages");
    var bot = requireBot(caller, id);
    var conversations = erasure.erase(caller.team(), bot.id(), CleanText.of(platformUserId));
    return new Erased(
        conversations.orElseThrow(() ->
            HttpFailure.conflict(
                "turn_is_running",
                "A message of this person is being answered, or is parked. Try again in a minute; let a parked turn end first: POST /api/bots/{id}/turns/{turn_id}/resume with {\"approved\": false}.")));
  }

  /// @throws HttpFailure 404 if the bot has no such turn
  public TurnReport require(Caller caller, String id, String turnId) {
    var bot = jdbi.withHandle(handle -> owners.require(handle, caller.team(), bot(id)));
    return TurnId.parse(turnId)
        .flatMap(turn -> reports.find(caller.team(), turn))
        .filter(turn -> turn.bot().equals(bot.id()))
        .orElseThrow(() -> HttpFailure.notFound("turn"));
  }

  private Bot requireBot(Caller caller, String id) {
    caller.require(Role::readsPrompts, "read conversations");
    return jdbi.withHandle(handle -> owners.require(handle, caller.team(), bot(id)));
  }

  private ConversationId requireConversation(Caller caller, Bot bot, String id) {
    return ConversationId.parse(id)
        .filter(conversation ->
            jdbi.withHandle(
                handle -> logs.hasConversation(handle, caller.team(), bot.id(), conversation)))
        .orElseThrow(() -> HttpFailure.notFound("conversation"));
  }

  private static Optional<String> oneOf(
      String field, @Nullable String asked, List<String> allowed) {
    if (asked != null && !allowed.contains(asked)) {
      throw HttpFailure.invalidValue(
          field, field + " must be one of " + String.join(", ", allowed) + ".", allowed);
    }
    return Optional.ofNullable(asked);
  }

  private static void requireRange(LocalDate first, LocalDate last) {
    long days = ChronoUnit.DAYS.between(first, last) + 1;
    if (days < 1 || days > DAYS_MAX) {
      throw HttpFailure.invalidValue(
          "from",
          "from must not be after to, and they may be at most %d days apart.".formatted(DAYS_MAX));
    }
  }

  private static BotId bot(String id) {
    return BotId.parse(id).orElseThrow(() -> HttpFailure.notFound("bot"));
  }
}
