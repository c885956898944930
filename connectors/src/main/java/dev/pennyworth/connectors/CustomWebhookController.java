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
  private final CallbackUrls callbackUrls;
  private final Json json;
  private final InstantSource clock;

  CustomWebhookController(
      WebhookBots bots,
      SynchronousTurns turns,
      CallbackUrls callbackUrls,
      Json json,
      InstantSource clock) {
    this.bots = bots;
    this.turns = turns;
    this.callbackUrls = callbackUrls;
    this.json = json;
    this.clock = clock;
  }

  /// What a custom webhook takes.
  ///
  /// @param eventId the identity of the event; without one, the signature is
  /// @param callbackUrl where the answer is to be posted, signed; without one, it is the response
  public record Event(
      String text,
      String userId,
      String channelId,
      Optional<String> userName,
      Optional<String> eventId,
      Optional<String> callbackUrl) {}

  /// Takes one message: `{text, user_id, channel_id, user_name?, event_id?, callback_url?}`, signed
  /// with the bot's webhook secret. Answers with the whole turn; with a `callback_url` it answers
  /// 202 at once, and posts the turn there when it has ended. The same event again gets the same
  /// answer, no second callback, and costs nothing.
  @Post("/{id}")
  @io.swagger.v3.oas.annotations.parameters.RequestBody(
      content = @Content(schema = @Schema(implementation = Event.class)))
  @ApiResponse(
      responseCode = "200",
      description = "The whole turn",
      content = @Content(schema = @Schema(implementation = TurnAnswer.class)))
  @ApiResponse(
      responseCode = "202",
      description = "The turn goes to callback_url when it has ended",
      content = @Content(schema = @Schema(implementation = SynchronousTurns.Begun.class)))
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
            () ->
                CustomInbound.read(
                    json, callbackUrls, body, team, settings.bot(), String.valueOf(signature)));
    var limits = PlatformRates.of(message, settings.endUserMessagesPerMinute());
    return message.callbackUrl().isPresent()
        ? turns.begin(message, settings, limits)
        : turns.answer(message, settings, limits);
  }
}
