package dev.pennyworth.connectors.slack;

import com.google.gson.JsonObject;
import com.slack.api.app_backend.events.payload.UrlVerificationPayload;
import com.slack.api.app_backend.slash_commands.SlashCommandPayloadDetector;
import dev.pennyworth.agentloop.Acceptance;
import dev.pennyworth.agentloop.SecretText;
import dev.pennyworth.connectors.HttpFailure;
import dev.pennyworth.connectors.Json;
import dev.pennyworth.connectors.WebhookBot;
import dev.pennyworth.connectors.WebhookIntake;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Consumes;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Post;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.micronaut.security.annotation.Secured;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Map;

/// Messages from Slack. What is stored or needs no answer is 200, so that Slack does not send it
/// again.
@Controller("/api/bots/webhook/slack")
@Secured("isAnonymous()")
@ExecuteOn(TaskExecutors.BLOCKING)
@Tag(name = "Webhooks")
public final class SlackWebhookController {
  private static final SlashCommandPayloadDetector COMMANDS = new SlashCommandPayloadDetector();

  private final WebhookIntake intake;
  private final SlackEvents events;
  private final Json json;
  private final InstantSource clock;

  SlackWebhookController(
      WebhookIntake intake,
      SlackApi api,
      JdbcSlackThreads threads,
      Json json,
      InstantSource clock) {
    this.intake = intake;
    this.events = new SlackEvents(api, threads);
    this.json = json;
    this.clock = clock;
  }

  /// Takes one event of Slack's Events API, signed with the app's signing secret, and answers the
  /// challenge by which Slack verifies the address. Events that are no message to the bot are let
  /// pass; slash commands are answered with where to write.
  @Post("/{id}")
  @Consumes(MediaType.ALL)
  HttpResponse<byte[]> receive(String id, HttpRequest<byte[]> request) {
    var bot = intake.require("slack", id);
    byte[] body = request.getBody().orElse(new byte[0]);
    requireSignature(bot, request, body);
    var text = new String(body, StandardCharsets.UTF_8);
    return SlackEvent.object(text)
        .map(payload -> received(bot, payload))
        .orElseGet(() -> isCommand(text) ? pointer() : WebhookIntake.done());
  }

  private void requireSignature(WebhookBot bot, HttpRequest<byte[]> request, byte[] body) {
    var headers = request.getHeaders();
    SlackSignature.problem(
            headers.get(SlackSignature.HEADER),
            headers.get(SlackSignature.TIMESTAMP_HEADER),
            body,
            bot.config("signing_secret").orElse(new SecretText("")),
            clock.instant())
        .ifPresent(problem -> {
          throw HttpFailure.unauthorized("bad_signature", problem);
        });
  }

  private HttpResponse<byte[]> received(WebhookBot bot, JsonObject payload) {
    if (SlackEvent.text(payload, "type").equals(UrlVerificationPayload.TYPE)) {
      var challenge = SlackEvent.text(payload, "challenge");
      return HttpResponse.ok(challenge.getBytes(StandardCharsets.UTF_8))
          .contentType(MediaType.TEXT_PLAIN_TYPE);
    }
    var message = events.message(bot, payload);
    return message.isPresent()
            && intake.accept(bot, message.get()) instanceof Acceptance.Accepted(_, var rate)
        ? WebhookIntake.done(rate)
        : WebhookIntake.done();
  }

  private static boolean isCommand(String form) {
    try {
      return COMMANDS.isCommand(form);
    } catch (IllegalArgumentException _) {
      return false; // no form
    }
  }

  private HttpResponse<byte[]> pointer() {
    return HttpResponse.ok(
            json.write(Map.of("response_type", "ephemeral", "text", SlackEvents.POINTER)))
        .contentType(MediaType.APPLICATION_JSON_TYPE);
  }
}
