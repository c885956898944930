package dev.pennyworth.botsapi.events;

import dev.pennyworth.botsapi.accounts.Caller;
import dev.pennyworth.botsapi.accounts.Role;
import dev.pennyworth.botsapi.http.HttpAnswer;
import dev.pennyworth.botsapi.http.JdbcIdempotency;
import dev.pennyworth.botsapi.http.Pages;
import dev.pennyworth.connectors.HttpFailure;
import dev.pennyworth.connectors.Json;
import dev.pennyworth.connectors.RequestBody;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Delete;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.Patch;
import io.micronaut.http.annotation.Post;
import io.micronaut.http.annotation.QueryValue;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.micronaut.security.annotation.Secured;
import io.micronaut.security.rules.SecurityRule;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Outbound webhooks: where a team's programs hear of events.
@Controller("/api/webhook-endpoints")
@Secured(SecurityRule.IS_AUTHENTICATED)
@ExecuteOn(TaskExecutors.BLOCKING)
@Tag(name = "Events")
public final class WebhookEndpointController {
  private static final String DEED = "manage outbound webhooks";

  private final Endpoints endpoints;
  private final JdbcDeliveryLog log;
  private final JdbcIdempotency idempotency;
  private final Json json;

  WebhookEndpointController(
      Endpoints endpoints, JdbcDeliveryLog log, JdbcIdempotency idempotency, Json json) {
    this.endpoints = endpoints;
    this.log = log;
    this.idempotency = idempotency;
    this.json = json;
  }

  /// A page of endpoints.
  public record Listing(List<EndpointView> webhookEndpoints, @Nullable String nextCursor) {}

  /// A page of an endpoint's deliveries.
  public record Deliveries(List<DeliveryView> deliveries, @Nullable String nextCursor) {}

  /// What making an endpoint takes.
  ///
  /// @param events types, or prefixes that end in `*`; without it, all
  record New(String url, @Nullable List<String> events) {}

  /// What changing an endpoint takes; what is missing stays as it is.
  record Change(@Nullable String url, @Nullable List<String> events, @Nullable Boolean enabled) {}

  /// Lists endpoints, newest first, without their secrets.
  @Get
  public Listing list(
      Caller caller, @Nullable @QueryValue String limit, @Nullable @QueryValue String cursor) {
    caller.require(Role::readsMoney, "read webhook endpoints");
    var page = Pages.request(limit, cursor, EndpointId::parse);
    var found =
        page.page(
            log.endpoints(caller.team(), page.after(), page.rows()), it -> it.id().toString());
    return new Listing(found.rows(), found.nextCursor());
  }

  /// Makes an endpoint. The answer is the only place that shows the secret by which its requests
  /// are signed, as Standard Webhooks has it.
  @Post
  @io.swagger.v3.oas.annotations.parameters.RequestBody(
      content = @Content(schema = @Schema(implementation = New.class)))
  @ApiResponse(
      responseCode = "201",
      description = "Made; the only answer that shows the secret",
      content = @Content(schema = @Schema(implementation = Endpoints.Created.class)))
  public HttpResponse<byte[]> create(Caller caller, HttpRequest<byte[]> request) {
    caller.require(Role::movesMoney, DEED);
    var body = body(request, Endpoints.FIELDS_OF_NEW);
    var asked = endpoints.read(body);
    var url = body.required("url", asked.url());
    return idempotency.once(
        caller.team(),
        caller.user().toString(),
        request,
        tx -> HttpAnswer.created(endpoints.create(tx, caller, url, asked)));
  }

  /// Reads an endpoint.
  @Get("/{endpointId}")
  public EndpointView read(Caller caller, String endpointId) {
    caller.require(Role::readsMoney, "read webhook endpoints");
    return endpoints.find(caller.team(), id(endpointId));
  }

  /// Changes an endpoint. What waits for one that is disabled is given up; enabling it again sends
  /// nothing that it missed.
  @Patch("/{endpointId}")
  @io.swagger.v3.oas.annotations.parameters.RequestBody(
      content = @Content(schema = @Schema(implementation = Change.class)))
  public EndpointView change(Caller caller, String endpointId, HttpRequest<byte[]> request) {
    caller.require(Role::movesMoney, DEED);
    var id = id(endpointId);
    endpoints.find(caller.team(), id);
    var asked = endpoints.read(body(request, Endpoints.FIELDS_OF_CHANGE));
    return endpoints.change(caller, id, asked);
  }

  /// Deletes an endpoint and the log of its deliveries.
  @Delete("/{endpointId}")
  @ApiResponse(responseCode = "204", description = "Deleted")
  public HttpResponse<?> delete(Caller caller, String endpointId) {
    caller.require(Role::movesMoney, DEED);
    endpoints.delete(caller, id(endpointId));
    return HttpResponse.noContent();
  }

  /// Sends a `ping` event to this endpoint.
  @Post("/{endpointId}/test")
  @ApiResponse(
      responseCode = "202",
      description = "On its way; what comes of it is in the endpoint's deliveries",
      content = @Content(schema = @Schema(implementation = DeliveryView.class)))
  public HttpResponse<byte[]> test(Caller caller, String endpointId, HttpRequest<byte[]> request) {
    caller.require(Role::movesMoney, DEED);
    var id = id(endpointId);
    endpoints.find(caller.team(), id);
    refuseFields(request);
    return idempotency.once(
        caller.team(),
        caller.user().toString(),
        request,
        tx -> HttpAnswer.accepted(endpoints.ping(tx, caller.team(), id)));
  }

  /// Lists an endpoint's deliveries, newest first: what was sent, how often it was tried, and what
  /// came of it.
  @Get("/{endpointId}/deliveries")
  public Deliveries deliveries(
      Caller caller,
      String endpointId,
      @Nullable @QueryValue String limit,
      @Nullable @QueryValue String cursor) {
    caller.require(Role::readsMoney, "read webhook endpoints");
    var id = id(endpointId);
    var page = Pages.request(limit, cursor, DeliveryId::parse);
    var found =
        page.page(
            endpoints.deliveries(caller.team(), id, page.after(), page.rows()),
            it -> it.id().toString());
    return new Deliveries(found.rows(), found.nextCursor());
  }

  /// Sends a delivery once more, and if that fails begins its schedule anew.
  @Post("/{endpointId}/deliveries/{deliveryId}/retry")
  @ApiResponse(
      responseCode = "202",
      description = "On its way",
      content = @Content(schema = @Schema(implementation = DeliveryView.class)))
  public HttpResponse<byte[]> retry(
      Caller caller, String endpointId, String deliveryId, HttpRequest<byte[]> request) {
    caller.require(Role::movesMoney, DEED);
    var id = id(endpointId);
    var delivery = DeliveryId.parse(deliveryId).orElseThrow(() -> HttpFailure.notFound("delivery"));
    endpoints.find(caller.team(), id);
    return idempotency.once(
        caller.team(),
        caller.user().toString(),
        request,
        tx -> {
          var view = endpoints.retry(tx, caller.team(), id, delivery);
          refuseFields(request);
          return HttpAnswer.accepted(view);
        });
  }

  private RequestBody body(HttpRequest<byte[]> request, List<String> fields) {
    return RequestBody.read(json, request.getBody().orElse(new byte[0]), fields);
  }

  private void refuseFields(HttpRequest<byte[]> request) {
    RequestBody.readOptional(json, request.getBody().orElse(new byte[0]), List.of());
  }

  private static EndpointId id(String text) {
    return EndpointId.parse(text).orElseThrow(Endpoints::notFound);
  }
}
