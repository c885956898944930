package dev.pennyworth.connectors.discord;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.pennyworth.agentloop.SecretText;
import dev.pennyworth.connectors.HttpFailure;
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
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;

/// Commands from Discord. Each is answered at once; the bot's own answer goes out later.
@Controller("/api/bots/webhook/discord")
@Secured("isAnonymous()")
@ExecuteOn(TaskExecutors.BLOCKING)
@Tag(name = "Webhooks")
public final class DiscordWebhookController {
  private final WebhookIntake bots;
  private final DiscordIntake intake;
  private final InstantSource clock;

  DiscordWebhookController(WebhookIntake bots, DiscordIntake intake, InstantSource clock) {
    this.bots = bots;
    this.intake = intake;
    this.clock = clock;
  }

  /// Takes one interaction, as Discord sends it: X-Signature-Ed25519 over X-Signature-Timestamp and
  /// the body, by the bot's public_key. What is over a limit is told to the user alone.
  @Post("/{id}")
  @Consumes(MediaType.ALL)
  HttpResponse<byte[]> receive(String id, HttpRequest<byte[]> request) {
    var bot = bots.require("discord", id);
    byte[] body = request.getBody().orElse(new byte[0]);
    var problem =
        DiscordSignature.problem(
            request.getHeaders().get(DiscordSignature.HEADER),
            request.getHeaders().get(DiscordSignature.TIMESTAMP_HEADER),
            body,
            bot.config("public_key").map(SecretText::reveal).orElse("").strip(),
            clock.instant());
    problem.ifPresent(why -> {
      throw HttpFailure.unauthorized("bad_signature", why);
    });
    return intake
        .take(bot, json(body))
        .answer()
        .<HttpResponse<byte[]>>map(answer ->
            HttpResponse.ok(answer.toString().getBytes(StandardCharsets.UTF_8))
                .contentType(MediaType.APPLICATION_JSON_TYPE))
        .orElseGet(WebhookIntake::done);
  }

  private static JsonNode json(byte[] body) {
    try {
      return DiscordApi.MAPPER.readTree(body);
    } catch (IOException _) {
      return MissingNode.getInstance(); // signed, and yet nothing that Discord documents
    }
  }
}
