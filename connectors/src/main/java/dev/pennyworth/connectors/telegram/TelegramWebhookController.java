package dev.pennyworth.connectors.telegram;

import dev.pennyworth.agentloop.Acceptance;
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
import java.util.Optional;
import org.telegram.telegrambots.meta.api.objects.Update;

/// Messages from Telegram. What is stored or needs no answer is 200, so that Telegram does not send
/// it again.
@Controller("/api/bots/webhook/telegram")
@Secured("isAnonymous()")
@ExecuteOn(TaskExecutors.BLOCKING)
@Tag(name = "Webhooks")
public final class TelegramWebhookController {
  private final TelegramIntake intake;

  TelegramWebhookController(TelegramIntake intake) {
    this.intake = intake;
  }

  /// Takes one update, as Telegram sends it: X-Telegram-Bot-Api-Secret-Token has to be the bot's
  /// webhook_secret. Updates that are no message to the bot are let pass.
  @Post("/{id}")
  @Consumes(MediaType.ALL)
  HttpResponse<byte[]> receive(String id, HttpRequest<byte[]> request) {
    var bot = intake.require(id);
    var secret = bot.config("webhook_secret").map(SecretText::reveal).orElse("");
    var sent = request.getHeaders().get(TelegramSignature.HEADER);
    if (!TelegramSignature.isGood(sent, secret)) {
      throw HttpFailure.unauthorized(
          "bad_signature", TelegramSignature.HEADER + " is not the bot's webhook secret.");
    }
    var message =
        update(request.getBody().orElse(new byte[0])).flatMap(update -> intake.read(bot, update));
    if (message.isEmpty()) {
      return WebhookIntake.done();
    }
    if (intake.accept(bot, message.get()) instanceof Acceptance.Accepted(_, var rate)) {
      return WebhookIntake.done(rate);
    }
    return WebhookIntake.done();
  }

  private static Optional<Update> update(byte[] body) {
    try {
      return Optional.of(TelegramUpdates.update(TelegramApi.MAPPER.readTree(body)));
    } catch (IOException _) {
      return Optional.empty(); // Telegram would send it again and again
    }
  }
}
