package dev.pennyworth.connectors;

import dev.pennyworth.billing.BotId;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Consumes;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Post;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.micronaut.security.annotation.Secured;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/// Messages from a program of the owner's: signed, answered in the response.
@Controller("/api/bots/webhook/custom")
@Secured("isAnonymous()")
@ExecuteOn(TaskExecutors.BLOCKING)
@Tag(name = "Webhooks")
public final class CustomWebhookController {
  private final WebhookBots bots;
  private final SynchronousTurns turns;
  private final Json json;
  private final InstantSource clock;

  CustomWebhookController(
      WebhookBots bots, SynchronousTurns turns, Json json, InstantSource clock) {
    this.bots = bots;
    this.turns = turns;
    this.json = json;
    this.clock = clock;
  }

  /// What a custom webhook takes.
  ///
  /// @param eventId the identity of the event; without one, the signature is
  public record Event(
      String text,
      String userId,
      String channelId,
      Optional<String> userName,
      Optional<String> eventId) {}

  /// Takes one message: `{text, user_id, channel_id, user_name?, event_id?}`, signed with the bot's
  /// webhook secret. Answers with the whole turn. The same event again gets the same answer and
  /// costs nothing.
  @Post("/{id}")
  @io.swagger.v3.oas.annotations.parameters.RequestBody(
      content = @Content(schema = @Schema(implementation = Event.class)))
  @ApiResponse(
      responseCode = "200",
      description = "The whole turn",
      content = @Content(schema = @Schema(implementation = TurnAnswer.class)))
  @Consumes(MediaType.ALL)
  HttpResponse<byte[]> receive(String id, HttpRequest<byte[]> request) {
    var bot =
        BotId.parse(id)
            .flatMap(bots::find)
            .filter(found -> found.isActive() && found.platform().equals("custom"))
            .orElseThrow(() -> HttpFailure.notFound("active bot with a custom webhook"));
    byte[] body = request.getBody().orElse(new byte[0]);
    var headers = request.getHeaders();
    var signature = headers.get("X-Signature-256");
    CustomSignature.problem(
            signature, headers.get("X-Timestamp"), body, bot.secret(), clock.instant())
        .ifPresent(problem -> {
          throw HttpFailure.unauthorized("bad_signature", problem);
        });
    var settings = bot.settings();
    var team = settings.team();
    var message =
        turns.limited(
            team,
            List.of(PlatformRates.ofBot(settings.bot(), "custom")),
            () -> CustomInbound.read(json, body, team, settings.bot(), String.valueOf(signature)));
    return turns.answer(
        message, settings, PlatformRates.of(message, settings.endUserMessagesPerMinute()));
  }
}
