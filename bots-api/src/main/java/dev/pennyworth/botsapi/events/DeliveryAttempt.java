package dev.pennyworth.botsapi.events;

import dev.pennyworth.botsapi.http.PublicUrl;
import dev.pennyworth.connectors.Json;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;

/// One attempt, from top to bottom: read what has to go where, send it, write down what came of it.
/// No connection to the database is held while it is sent.
final class DeliveryAttempt {
  private final JdbcLetters letters;
  private final JdbcDeliveries deliveries;
  private final HttpWebhooks webhooks;
  private final Mailer mailer;
  private final PublicUrl publicUrl;
  private final Json json;
  private final InstantSource clock;

  DeliveryAttempt(
      JdbcLetters letters,
      JdbcDeliveries deliveries,
      HttpWebhooks webhooks,
      Mailer mailer,
      PublicUrl publicUrl,
      Json json,
      InstantSource clock) {
    this.letters = letters;
    this.deliveries = deliveries;
    this.webhooks = webhooks;
    this.mailer = mailer;
    this.publicUrl = publicUrl;
    this.json = json;
    this.clock = clock;
  }

  /// What came of sending, and how long that took.
  record Sent(DeliveryOutcome outcome, long latencyMillis) {}

  Sent send(Claim claim) {
    if (claim.tries() > RetrySchedule.ATTEMPTS_MAX) {
      return new Sent(
          new DeliveryOutcome.Refused(
              Optional.empty(), "The last attempts broke off with the process.", false),
          0);
    }
    var letter = letters.read(claim);
    long startedNanos = System.nanoTime();
    var outcome = send(letter);
    return new Sent(outcome, Duration.ofNanos(System.nanoTime() - startedNanos).toMillis());
  }

  void finish(Claim claim, Sent sent) {
    deliveries.finish(claim, sent.outcome(), sent.latencyMillis());
  }

  private DeliveryOutcome send(Letter letter) {
    return switch (letter) {
      case Letter.ToEndpoint(var event, var url, var secret) -> {
        byte[] body = json.write(event.body());
        var now = clock.instant();
        var headers = new WebhookSecret(secret).headers(event.id().toString(), now, body);
        yield webhooks.post(url, headers, body, now);
      }
      case Letter.ByMail mail ->
          EventMail.write(mail, publicUrl.base())
              .map(mailer::send)
              .orElseGet(() ->
                  new DeliveryOutcome.Refused(
                      Optional.empty(), "There is nobody to write to.", false));
      case Letter.Nowhere() ->
          new DeliveryOutcome.Refused(
              Optional.empty(), "Not delivered: the endpoint was disabled.", false);
    };
  }
}
