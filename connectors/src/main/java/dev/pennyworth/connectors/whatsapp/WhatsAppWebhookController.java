package dev.pennyworth.connectors.whatsapp;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.pennyworth.agentloop.Acceptance;
import dev.pennyworth.agentloop.InboundMessage;
import dev.pennyworth.agentloop.RateState;
import dev.pennyworth.agentloop.SecretText;
import dev.pennyworth.connectors.HttpFailure;
import dev.pennyworth.connectors.JdbcDeliveryReports;
import dev.pennyworth.connectors.Json;
import dev.pennyworth.connectors.PlatformTyping;
import dev.pennyworth.connectors.RateHeaders;
import dev.pennyworth.connectors.WebhookBot;
import dev.pennyworth.connectors.WebhookIntake;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Consumes;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.Post;
import io.micronaut.http.annotation.QueryValue;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.micronaut.security.annotation.Secured;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.io.IOException;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Messages and statuses from WhatsApp. What is stored or needs no answer is 200, so that Meta does
/// not send it again.
@Controller("/api/bots/webhook/whatsapp")
@Secured("isAnonymous()")
@ExecuteOn(TaskExecutors.BLOCKING)
@Tag(name = "Webhooks")
public final class WhatsAppWebhookController {
  private static final int CHALLENGE_LENGTH_MAX = 1_000;

  private final WebhookIntake intake;
  private final WhatsAppSender sender;
  private final JdbcDeliveryReports reports;
  private final PlatformTyping typing;
  private final Json json;
  private final InstantSource clock;

  WhatsAppWebhookController(
      WebhookIntake intake,
      WhatsAppSender sender,
      JdbcDeliveryReports reports,
      PlatformTyping typing,
      Json json,
      InstantSource clock) {
    this.intake = intake;
    this.sender = sender;
    this.reports = reports;
    this.typing = typing;
    this.json = json;
    this.clock = clock;
  }

  /// Answers Meta's question whether this address is the bot's: hub.challenge comes back as it is
  /// if hub.verify_token is the bot's. Also before the bot is activated.
  @Get("/{id}")
  HttpResponse<String> verify(
      String id,
      @Nullable @QueryValue("hub.mode") String mode,
      @Nullable @QueryValue("hub.verify_token") String verifyToken,
      @Nullable @QueryValue("hub.challenge") String challenge) {
    var bot = intake.requireAny("whatsapp", id);
    boolean isGood = WhatsAppSignature.isToken(verifyToken, bot.config("verify_token"));
    if (!isGood || !"subscribe".equals(mode)) {
      throw HttpFailure.forbidden(
          "bad_verify_token", "hub.verify_token is not the bot's platform_config.verify_token.");
    }
    if (challenge == null || challenge.isEmpty() || challenge.length() > CHALLENGE_LENGTH_MAX) {
      throw HttpFailure.badRequest("missing_challenge", "hub.challenge is what is sent back.");
    }
    return HttpResponse.ok(challenge)
        .contentType(MediaType.TEXT_PLAIN_TYPE)
        .header("X-Content-Type-Options", "nosniff");
  }

  /// Takes what Meta sends, any number of messages and statuses: X-Hub-Signature-256 has to be made
  /// with the bot's app_secret. What is no message to the bot's number is let pass. If one message
  /// is over a limit, the others are taken all the same and the answer is 429: Meta sends the whole
  /// again later, and what was taken is not taken twice.
  @Post("/{id}")
  @Consumes(MediaType.ALL)
  HttpResponse<byte[]> receive(String id, HttpRequest<byte[]> request) {
    var bot = intake.require("whatsapp", id);
    var body = request.getBody().orElse(new byte[0]);
    var sent = request.getHeaders().get(WhatsAppSignature.HEADER);
    if (!WhatsAppSignature.isGood(sent, body, bot.config("app_secret"))) {
      throw HttpFailure.unauthorized(
          "bad_signature",
          WhatsAppSignature.HEADER + " does not match the body and the bot's app_secret.");
    }
    var settings = bot.settings();
    var number = bot.config("phone_number_id").map(SecretText::reveal).orElse("");
    var events = WhatsAppInbound.read(tree(body), settings.team(), settings.bot(), number);
    events
        .reports()
        .forEach(report -> reports.note(settings.team(), settings.bot(), "whatsapp", report));
    return accept(bot, events.messages());
  }

  /// One that is refused keeps back those of its conversation that follow, so that they stay in
  /// order.
  private HttpResponse<byte[]> accept(WebhookBot bot, List<InboundMessage> messages) {
    var waiting = new HashSet<String>();
    var least = Optional.<RateState>empty();
    var refusal = Optional.<RateState>empty();
    for (var message : messages) {
      var conversation = message.channelId() + " " + message.endUserId();
      if (waiting.contains(conversation)) {
        continue;
      }
      switch (intake.tryAccept(bot, message)) {
        case Acceptance.Accepted(_, var rate) -> {
          least = tighter(least, rate);
          typing.show(sender, bot, message);
        }
        case Acceptance.Duplicate _ -> {}
        case Acceptance.RateLimited(var rate) -> {
          waiting.add(conversation);
          refusal = Optional.of(rate);
        }
      }
    }
    if (refusal.isPresent()) {
      throw RateHeaders.tooMany(refusal.get(), clock.instant());
    }
    return WebhookIntake.done(least);
  }

  private static Optional<RateState> tighter(Optional<RateState> one, Optional<RateState> other) {
    return one.isPresent() && (other.isEmpty() || one.get().remaining() < other.get().remaining())
        ? one
        : other;
  }

  private JsonNode tree(byte[] body) {
    try {
      return json.read(body);
    } catch (IOException _) {
      return MissingNode.getInstance(); // Meta would send it again and again
    }
  }
}
