package dev.pennyworth.botsapi.bots;

import dev.pennyworth.agentloop.JdbcParking;
import dev.pennyworth.agentloop.JdbcTurnReports;
import dev.pennyworth.agentloop.TurnReport;
import dev.pennyworth.billing.BotId;
import dev.pennyworth.billing.BudgetState;
import dev.pennyworth.billing.JdbcBudgets;
import dev.pennyworth.billing.LimitKind;
import dev.pennyworth.billing.NanoUsd;
import dev.pennyworth.billing.TurnId;
import dev.pennyworth.botsapi.accounts.Caller;
import dev.pennyworth.botsapi.accounts.Role;
import dev.pennyworth.connectors.HttpFailure;
import java.time.ZoneId;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/// What owners do with bots at the dashboard: the same as by the API, with the same rules.
public final class BotDesk {
  private final Jdbi jdbi;
  private final OwnersBots owners;
  private final BotConnections connections;
  private final JdbcBots bots;
  private final JdbcBudgets budgets;
  private final BotController listing;
  private final BotLogsController logs;
  private final JdbcTurnReports reports;
  private final JdbcParking parking;

  BotDesk(
      Jdbi jdbi,
      OwnersBots owners,
      BotConnections connections,
      JdbcBots bots,
      JdbcBudgets budgets,
      BotController listing,
      BotLogsController logs,
      JdbcTurnReports reports,
      JdbcParking parking) {
    this.jdbi = jdbi;
    this.owners = owners;
    this.connections = connections;
    this.bots = bots;
    this.budgets = budgets;
    this.listing = listing;
    this.logs = logs;
    this.reports = reports;
    this.parking = parking;
  }

  /// A bot as its owner reads it. Who may not read prompts gets it without texts.
  ///
  /// @throws HttpFailure 404
  public BotView view(Caller caller, String id) {
    var bot = BotId.parse(id).orElseThrow(() -> HttpFailure.notFound("bot"));
    var view = jdbi.withHandle(handle -> owners.read(handle, caller.team(), bot));
    return caller.role().readsPrompts() ? view : view.withoutTexts();
  }

  /// Makes a bot.
  ///
  /// @param body as the API takes it
  /// @throws HttpFailure 403, or naming what is wrong with the body
  public BotView create(Caller caller, byte[] body) {
    caller.require(Role::editsBots, "make bots");
    return jdbi.inTransaction(tx -> owners.create(tx, caller, body));
  }

  /// Changes what the body names.
  ///
  /// @param body as the API takes it
  /// @throws HttpFailure as [BotConnections#change]
  public BotView change(Caller caller, BotId bot, byte[] body) {
    caller.require(Role::changesBots, "change bots");
    return connections.change(caller, bot, body);
  }

  /// A bot with what it spent and the cap that leaves it least.
  ///
  /// @param cap empty if nothing bounds it but the wallet
  public record Overview(
      BotController.Listed bot, NanoUsd spent, NanoUsd held, Optional<UsageSummary.Cap> cap) {}

  /// A page of bots.
  public record Overviews(List<Overview> bots, @Nullable String nextCursor) {}

  /// Bots with what they spent, newest first.
  ///
  /// @throws HttpFailure 422 if the cursor is none
  public Overviews overview(Caller caller, @Nullable String limit, @Nullable String cursor) {
    var page = listing.list(caller, limit, cursor);
    var ids = page.bots().stream().map(BotController.Listed::id).toList();
    var states =
        jdbi.withHandle(handle -> {
          var zones = new HashMap<BotId, ZoneId>();
          bots.named(handle, caller.team(), ids).forEach((id, bot) -> zones.put(id, bot.zone()));
          return budgets.states(handle, caller.team(), zones);
        });
    return new Overviews(
        page.bots().stream()
            .map(bot -> overview(bot, states.getOrDefault(bot.id(), List.of())))
            .toList(),
        page.nextCursor());
  }

  private static Overview overview(BotController.Listed bot, List<BudgetState> states) {
    var lifetime = states.stream().filter(it -> it.kind() == LimitKind.LIFETIME).findFirst();
    return new Overview(
        bot,
        lifetime.map(BudgetState::spent).orElse(NanoUsd.ZERO),
        lifetime.map(BudgetState::held).orElse(NanoUsd.ZERO),
        states.stream()
            .flatMap(state -> UsageSummary.cap(state).stream())
            .min(Comparator.comparing(UsageSummary.Cap::remainingCents)));
  }

  /// A turn that waits, and whose it is.
  public record Parked(TurnReport turn, String botName) {}

  /// The team's parked turns, the longest waiting first.
  public List<Parked> parked(Caller caller, int rowsMax) {
    var turns = reports.parked(caller.team(), rowsMax);
    var ids = turns.stream().map(TurnReport::bot).distinct().toList();
    var named = jdbi.withHandle(handle -> bots.named(handle, caller.team(), ids));
    return turns.stream()
        .map(turn ->
            new Parked(
                turn,
                Optional.ofNullable(named.get(turn.bot()))
                    .map(JdbcBots.Named::name)
                    .orElse("A deleted bot")))
        .toList();
  }

  /// Lets a parked turn go on, or end.
  ///
  /// @param isApproved false to let it end
  /// @throws HttpFailure 403, 404, or 409 if it is not parked
  public void decide(Caller caller, String bot, String turn, boolean isApproved) {
    caller.require(Role::changesBots, "resume turns");
    var report = logs.require(caller, bot, turn);
    ParkedTurnsController.requireRole(caller, report, isApproved);
    var decision = ParkedTurnsController.decision(caller, isApproved);
    if (!parking.resume(caller.team(), report.bot(), report.id(), decision)) {
      throw HttpFailure.conflict(
          "turn_is_not_parked",
          "The turn is not parked any more; its status is %s.".formatted(status(caller, report)));
    }
  }

  private String status(Caller caller, TurnReport report) {
    TurnId id = report.id();
    return reports.find(caller.team(), id).map(TurnReport::status).orElse(report.status());
  }
}
