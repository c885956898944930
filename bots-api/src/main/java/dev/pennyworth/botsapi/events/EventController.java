package dev.pennyworth.botsapi.events;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pennyworth.botsapi.accounts.Caller;
import dev.pennyworth.botsapi.accounts.Role;
import dev.pennyworth.botsapi.events.JdbcDeliveryLog.EventKey;
import dev.pennyworth.botsapi.http.Pages;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.QueryValue;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.micronaut.security.annotation.Secured;
import io.micronaut.security.rules.SecurityRule;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A team's events.
@Controller("/api/events")
@Secured(SecurityRule.IS_AUTHENTICATED)
@ExecuteOn(TaskExecutors.BLOCKING)
@Tag(name = "Events")
final class EventController {
  private final JdbcDeliveryLog log;

  EventController(JdbcDeliveryLog log) {
    this.log = log;
  }

  /// A page of events.
  record Listing(List<EventView> events, @Nullable String nextCursor) {}

  /// An event, as webhooks tell it.
  ///
  /// @param id the `webhook-id` of its deliveries
  record EventView(
      EventId id,
      String type,
      Instant timestamp,
      @Schema(implementation = Map.class) JsonNode data) {}

  /// Lists what happened, newest first, whether or not anybody was told.
  @Get
  Listing list(
      Caller caller, @Nullable @QueryValue String limit, @Nullable @QueryValue String cursor) {
    caller.require(Role::readsMoney, "read events");
    var page = Pages.request(limit, cursor, EventKey::parse);
    var found =
        page.page(
            log.events(caller.team(), page.after(), page.rows()),
            event -> new EventKey(event.at(), event.id()).toString());
    return new Listing(
        found.rows().stream()
            .map(event -> new EventView(event.id(), event.type(), event.at(), event.data()))
            .toList(),
        found.nextCursor());
  }
}
