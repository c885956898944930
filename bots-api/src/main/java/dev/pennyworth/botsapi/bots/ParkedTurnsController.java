package dev.pennyworth.botsapi.bots;

import dev.pennyworth.agentloop.JdbcParking;
import dev.pennyworth.agentloop.TurnReport;
import dev.pennyworth.botsapi.accounts.Caller;
import dev.pennyworth.botsapi.accounts.Role;
import dev.pennyworth.botsapi.http.HttpAnswer;
import dev.pennyworth.botsapi.http.JdbcIdempotency;
import dev.pennyworth.connectors.HttpFailure;
import dev.pennyworth.connectors.Json;
import dev.pennyworth.connectors.RequestBody;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Consumes;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Post;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.micronaut.security.annotation.Secured;
import io.micronaut.security.rules.SecurityRule;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Turns that wait for money or for their owner.
@Controller("/api/bots/{id}/turns/{turnId}")
@Secured(SecurityRule.IS_AUTHENTICATED)
@ExecuteOn(TaskExecutors.BLOCKING)
@Tag(name = "Logs and analytics")
final class ParkedTurnsController {
  private static final String AWAITING_APPROVAL = "awaiting_approval";

  private final BotLogsController logs;
  private final JdbcIdempotency idempotency;
  private final JdbcParking parking;
  private final Json json;

  ParkedTurnsController(
      BotLogsController logs, JdbcIdempotency idempotency, JdbcParking parking, Json json) {
    this.logs = logs;
    this.idempotency = idempotency;
    this.parking = parking;
    this.json = json;
  }

  /// What an owner decides about a parked turn.
  ///
  /// @param approved false to let it end, with the limit message
  record Decision(@Nullable @Schema(defaultValue = "true") Boolean approved) {}

  /// Lets a parked turn go on from its last finished step, after those of its conversation that
  /// stand before it. If there is still no room it is parked again. One that awaits an approval is
  /// approved with that. The same Idempotency-Key decides once: sent again, it does not approve of
  /// the step after.
  @Post("/resume")
  @Consumes(MediaType.ALL)
  @io.swagger.v3.oas.annotations.parameters.RequestBody(
      content = @Content(schema = @Schema(implementation = Decision.class)))
  @ApiResponse(
      responseCode = "200",
      description = "The turn, going on",
      content = @Content(schema = @Schema(implementation = TurnView.class)))
  HttpResponse<byte[]> resume(
      Caller caller, String id, String turnId, HttpRequest<byte[]> request) {
    caller.require(Role::changesBots, "resume turns");
    var turn = logs.require(caller, id, turnId);
    boolean isApproved =
        RequestBody.readOptional(json, request.getBody().orElse(new byte[0]), List.of("approved"))
            .flag("approved")
            .orElse(true);
    requireRole(caller, turn, isApproved);
    var decision = decision(caller, isApproved);
    return idempotency.once(
        caller.team(),
        caller.user().toString(),
        request,
        tx -> {
          if (!parking.resume(tx, caller.team(), turn.bot(), turn.id(), decision)) {
            throw HttpFailure.conflict(
                "turn_is_not_parked",
                "The turn is not parked; its status is %s.".formatted(turn.status()));
          }
          return HttpAnswer.ok(TurnView.of(turn.goingOn()));
        });
  }

  /// By now the turn may wait for something else than it did a moment ago: who moves no money
  /// approves of nothing.
  static JdbcParking.Decision decision(Caller caller, boolean isApproved) {
    if (!isApproved) {
      return JdbcParking.Decision.GIVE_UP;
    }
    return caller.role().movesMoney() ? JdbcParking.Decision.APPROVE : JdbcParking.Decision.GO_ON;
  }

  /// Approving spends the team's money; letting a turn go on under its limits does not.
  static void requireRole(Caller caller, TurnReport turn, boolean isApproved) {
    if (isApproved && turn.stopReason().filter(AWAITING_APPROVAL::equals).isPresent()) {
      caller.require(Role::movesMoney, "approve of a step");
    }
  }
}
