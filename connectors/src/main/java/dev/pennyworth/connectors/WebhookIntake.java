package dev.pennyworth.connectors;

import dev.pennyworth.agentloop.Acceptance;
import dev.pennyworth.agentloop.InboundMessage;
import dev.pennyworth.agentloop.JdbcInbox;
import dev.pennyworth.agentloop.RateState;
import dev.pennyworth.billing.BotId;
import io.micronaut.http.HttpResponse;
import java.time.InstantSource;
import java.util.Optional;

/// How platforms' webhooks take messages in: the bot is found, the message accepted in one commit,
/// and the request answered. No request waits for a model.
public final class WebhookIntake {
  private final WebhookBots bots;
  private final JdbcInbox inbox;
  private final InstantSource clock;

  public WebhookIntake(WebhookBots bots, JdbcInbox inbox, InstantSource clock) {
    this.bots = bots;
    this.inbox = inbox;
    this.clock = clock;
  }

  /// The active bot behind a webhook.
  ///
  /// @throws HttpFailure 404 if there is none on that platform
  public WebhookBot require(String platform, String id) {
    return BotId.parse(id)
        .flatMap(bots::find)
        .filter(found -> found.isActive() && found.platform().equals(platform))
        .orElseThrow(() -> HttpFailure.notFound("active bot on " + platform));
  }

  /// The bot behind a webhook whatever its status, for platforms that ask while it is being set up.
  ///
  /// @throws HttpFailure 404 if there is none on that platform
  public WebhookBot requireAny(String platform, String id) {
    return BotId.parse(id)
        .flatMap(bots::find)
        .filter(found -> found.platform().equals(platform))
        .orElseThrow(() -> HttpFailure.notFound("bot on " + platform));
  }

  /// Accepts a verified message. A duplicate uses up no allowance.
  ///
  /// @throws HttpFailure 429 if a limit is reached: nothing was stored
  public Acceptance accept(WebhookBot bot, InboundMessage message) {
    var acceptance = tryAccept(bot, message);
    if (acceptance instanceof Acceptance.RateLimited(var rate)) {
      throw RateHeaders.tooMany(rate, clock.instant());
    }
    return acceptance;
  }

  /// The same for what does not arrive as a request of its own, such as a polled batch.
  public Acceptance tryAccept(WebhookBot bot, InboundMessage message) {
    var settings = bot.settings();
    return inbox.accept(
        message, settings, PlatformRates.of(message, settings.endUserMessagesPerMinute()));
  }

  /// 200 without a body.
  public static HttpResponse<byte[]> done() {
    return HttpResponse.ok();
  }

  /// 200 with what the limits leave.
  public static HttpResponse<byte[]> done(Optional<RateState> rate) {
    var response = HttpResponse.<byte[]>ok();
    rate.ifPresent(state -> RateHeaders.add(response, state));
    return response;
  }
}
