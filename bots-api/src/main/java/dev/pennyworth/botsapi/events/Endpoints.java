package dev.pennyworth.botsapi.events;

import dev.pennyworth.billing.TeamId;
import dev.pennyworth.botsapi.accounts.Caller;
import dev.pennyworth.botsapi.audit.AuditAction;
import dev.pennyworth.botsapi.audit.JdbcAudit;
import dev.pennyworth.botsapi.http.HttpOwnersUrls;
import dev.pennyworth.connectors.HttpFailure;
import dev.pennyworth.connectors.RequestBody;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/// What owners do with their endpoints: what a request asks for is read and checked first, then
/// done in one transaction.
final class Endpoints {
  static final List<String> FIELDS_OF_NEW = List.of("url", "events");
  static final List<String> FIELDS_OF_CHANGE = List.of("url", "events", "enabled");

  private static final int PATTERNS_MAX = 50;
  private static final int PATTERN_LENGTH_MAX = 100;

  private final Jdbi jdbi;
  private final JdbcWebhookEndpoints endpoints;
  private final JdbcDeliveryLog log;
  private final JdbcResends resends;
  private final HttpOwnersUrls urls;
  private final JdbcAudit audit;
  private final SecureRandom random;

  Endpoints(
      Jdbi jdbi,
      JdbcWebhookEndpoints endpoints,
      JdbcDeliveryLog log,
      JdbcResends resends,
      HttpOwnersUrls urls,
      JdbcAudit audit,
      SecureRandom random) {
    this.jdbi = jdbi;
    this.endpoints = endpoints;
    this.log = log;
    this.resends = resends;
    this.urls = urls;
    this.audit = audit;
    this.random = random;
  }

  /// A new endpoint, as it is shown once.
  record Created(EndpointId id, String url, List<String> events, String status, String secret) {}

  /// What an endpoint is to be like; what is not named stays as it is.
  record Asked(Optional<String> url, Optional<EventFilter> filter, Optional<Boolean> enabled) {}

  /// Reads and checks a request. May look up a host's name, so it is called outside transactions.
  ///
  /// @throws HttpFailure 422, naming the field and what is allowed
  Asked read(RequestBody body) {
    var url = body.text("url", 1, HttpOwnersUrls.LENGTH_MAX);
    if (body.clears("url")) {
      throw body.invalid("url", "an http or https address");
    }
    var filter = filter(body);
    url.ifPresent(it -> urls.require("url", it));
    return new Asked(url, filter, body.flag("enabled"));
  }

  private static Optional<EventFilter> filter(RequestBody body) {
    if (!body.names("events")) {
      return Optional.empty();
    }
    return Optional.of(
        body.clears("events")
            ? EventFilter.EVERYTHING
            : EventFilter.read(body.texts("events", PATTERNS_MAX, PATTERN_LENGTH_MAX)));
  }

  Created create(Handle tx, Caller caller, String url, Asked asked) {
    var team = caller.team();
    var secret = WebhookSecret.make(random).text();
    var filter = asked.filter().orElse(EventFilter.EVERYTHING);
    var id = endpoints.create(tx, team, url, filter, secret);
    var noted = new Noted(url, filter.patterns(), true);
    audit.record(tx, caller, AuditAction.ENDPOINT_CREATED, id.toString(), null, noted);
    return new Created(id, url, filter.patterns(), "enabled", secret.reveal());
  }

  /// @throws HttpFailure 404
  EndpointView change(Caller caller, EndpointId endpoint, Asked asked) {
    var team = caller.team();
    return jdbi.inTransaction(tx -> {
      var locked = endpoints.lock(tx, team, endpoint).orElseThrow(Endpoints::notFound);
      var before = log.endpoint(tx, team, endpoint).orElseThrow(Endpoints::notFound);
      asked.url().ifPresent(url -> endpoints.changeUrl(tx, team, endpoint, url));
      asked.filter().ifPresent(filter -> endpoints.changeEvents(tx, team, endpoint, filter));
      asked
          .enabled()
          .filter(enabled -> enabled != locked.isEnabled())
          .ifPresent(enabled -> toggle(tx, team, endpoint, enabled));
      var after = log.endpoint(tx, team, endpoint).orElseThrow(Endpoints::notFound);
      audit.record(
          tx,
          caller,
          AuditAction.ENDPOINT_CHANGED,
          endpoint.toString(),
          noted(before),
          noted(after));
      return after;
    });
  }

  /// An endpoint for the audit log.
  private record Noted(String url, List<String> events, boolean enabled) {}

  private static Noted noted(EndpointView endpoint) {
    return new Noted(endpoint.url(), endpoint.events(), endpoint.status().equals("enabled"));
  }

  private void toggle(Handle tx, TeamId team, EndpointId endpoint, boolean enabled) {
    if (enabled) {
      endpoints.enable(tx, team, endpoint);
    } else {
      endpoints.disable(tx, team, endpoint, "A member of the team disabled it.");
    }
  }

  /// @throws HttpFailure 404
  EndpointView find(TeamId team, EndpointId endpoint) {
    return jdbi.withHandle(
        handle -> log.endpoint(handle, team, endpoint).orElseThrow(Endpoints::notFound));
  }

  /// @throws HttpFailure 404
  void delete(Caller caller, EndpointId endpoint) {
    jdbi.useTransaction(tx -> {
      var before = log.endpoint(tx, caller.team(), endpoint).orElseThrow(Endpoints::notFound);
      if (!endpoints.delete(tx, caller.team(), endpoint)) {
        throw notFound();
      }
      audit.record(
          tx, caller, AuditAction.ENDPOINT_DELETED, endpoint.toString(), noted(before), null);
    });
  }

  /// @throws HttpFailure 404
  List<DeliveryView> deliveries(
      TeamId team, EndpointId endpoint, Optional<DeliveryId> before, int rows) {
    return jdbi.withHandle(handle -> {
      if (log.endpoint(handle, team, endpoint).isEmpty()) {
        throw notFound();
      }
      return JdbcDeliveryLog.deliveries(handle, team, endpoint, before, rows);
    });
  }

  /// @throws HttpFailure 404, or 409 if the endpoint is disabled
  DeliveryView ping(Handle tx, TeamId team, EndpointId endpoint) {
    requireEnabled(endpoints.lock(tx, team, endpoint).orElseThrow(Endpoints::notFound));
    var delivery = resends.ping(tx, team, endpoint);
    return delivery(tx, team, endpoint, delivery);
  }

  /// @throws HttpFailure 404, or 409 if the endpoint is disabled
  DeliveryView retry(Handle tx, TeamId team, EndpointId endpoint, DeliveryId delivery) {
    var locked = endpoints.lock(tx, team, endpoint).orElseThrow(Endpoints::notFound);
    var before = delivery(tx, team, endpoint, delivery);
    requireEnabled(locked);
    resends.retry(tx, team, endpoint, before.id());
    return delivery(tx, team, endpoint, delivery);
  }

  private static DeliveryView delivery(
      Handle tx, TeamId team, EndpointId endpoint, DeliveryId delivery) {
    return JdbcDeliveryLog.delivery(tx, team, endpoint, delivery)
        .orElseThrow(() -> HttpFailure.notFound("delivery"));
  }

  private static void requireEnabled(JdbcWebhookEndpoints.Locked endpoint) {
    if (!endpoint.isEnabled()) {
      throw HttpFailure.conflict(
          "webhook_endpoint_disabled",
          "The webhook endpoint is disabled. Enable it first: PATCH it with {\"enabled\": true}.");
    }
  }

  static HttpFailure notFound() {
    return HttpFailure.notFound("webhook endpoint");
  }
}
