package dev.pennyworth.botsapi.dashboard;

import dev.pennyworth.botsapi.accounts.Caller;
import dev.pennyworth.botsapi.events.WebhookEndpointController;
import dev.pennyworth.connectors.HttpFailure;
import dev.pennyworth.connectors.Json;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Consumes;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.Post;
import io.micronaut.http.annotation.Produces;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.micronaut.security.annotation.Secured;
import io.micronaut.security.rules.SecurityRule;
import io.swagger.v3.oas.annotations.Hidden;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Outbound webhooks. The secret of a new one is shown in the answer that made it, and nowhere
/// else.
@Controller("/dashboard/webhooks")
@Secured(SecurityRule.IS_AUTHENTICATED)
@ExecuteOn(TaskExecutors.BLOCKING)
@Produces(MediaType.TEXT_HTML)
@Consumes(MediaType.APPLICATION_FORM_URLENCODED)
@Hidden
final class WebhooksPageController {
  private final WebhookEndpointController endpoints;
  private final HtmlPages pages;
  private final Forms forms;
  private final Json json;

  WebhooksPageController(
      WebhookEndpointController endpoints, HtmlPages pages, Forms forms, Json json) {
    this.endpoints = endpoints;
    this.pages = pages;
    this.forms = forms;
    this.json = json;
  }

  @Get
  HttpResponse<?> list(Caller caller, HttpRequest<?> request) {
    return pages.show(request, list(caller, request, Form.empty(), null));
  }

  @Post
  HttpResponse<?> create(Caller caller, HttpRequest<byte[]> request) {
    var form = forms.read(request);
    try {
      var body = new FormJson(form).texts("url");
      if (form.isOn("events")) {
        var events = body.tree().putArray("events");
        form.all("events").forEach(events::add);
      }
      var made = Answers.read(json, endpoints.create(caller, body.request(json)));
      return pages.show(request, list(caller, request, Form.empty(), made.path("secret").asText()));
    } catch (HttpFailure failure) {
      if (failure.status() == 403) {
        throw failure;
      }
      return pages.show(
          request, list(caller, request, form.refused(failure), null).refused(failure));
    }
  }

  private HtmlPages.Page list(
      Caller caller, HttpRequest<?> request, Form form, @Nullable String secret) {
    var listing = endpoints.list(caller, null, Form.ofQuery(request).given("cursor"));
    var model =
        new WebhooksPage(
            listing.webhookEndpoints(), listing.nextCursor(), form, Optional.ofNullable(secret));
    return HtmlPages.Page.of(Section.WEBHOOKS, "Webhooks", "pages/webhooks", model);
  }

  @Get("/{endpointId}")
  HttpResponse<?> show(Caller caller, String endpointId, HttpRequest<?> request) {
    return pages.show(request, page(caller, endpointId, request, Form.empty()));
  }

  /// Enables or disables.
  @Post("/{endpointId}")
  HttpResponse<?> change(Caller caller, String endpointId, HttpRequest<byte[]> request) {
    var form = forms.read(request);
    endpoints.change(caller, endpointId, new FormJson(form).flags("enabled").request(json));
    return HtmlPages.seeOther(path(endpointId), Notice.SAVED);
  }

  @Post("/{endpointId}/ping")
  HttpResponse<?> ping(Caller caller, String endpointId, HttpRequest<byte[]> request) {
    var form = forms.read(request);
    return sent(
        caller,
        endpointId,
        request,
        form,
        () -> endpoints.test(caller, endpointId, new FormJson(form).request(json)));
  }

  @Post("/{endpointId}/deliveries/{deliveryId}/retry")
  HttpResponse<?> retry(
      Caller caller, String endpointId, String deliveryId, HttpRequest<byte[]> request) {
    var form = forms.read(request);
    return sent(
        caller,
        endpointId,
        request,
        form,
        () -> endpoints.retry(caller, endpointId, deliveryId, new FormJson(form).request(json)));
  }

  private HttpResponse<?> sent(
      Caller caller, String endpointId, HttpRequest<?> request, Form form, Runnable deed) {
    try {
      deed.run();
      return HtmlPages.seeOther(path(endpointId), Notice.SENT);
    } catch (HttpFailure failure) {
      if (failure.status() != 409) {
        throw failure;
      }
      return pages.show(
          request, page(caller, endpointId, request, form.refused(failure)).refused(failure));
    }
  }

  @Post("/{endpointId}/delete")
  HttpResponse<?> delete(Caller caller, String endpointId, HttpRequest<byte[]> request) {
    forms.read(request);
    endpoints.delete(caller, endpointId);
    return HtmlPages.seeOther(Section.WEBHOOKS.path(), Notice.REMOVED);
  }

  private HtmlPages.Page page(Caller caller, String id, HttpRequest<?> request, Form form) {
    var endpoint = endpoints.read(caller, id);
    var log = endpoints.deliveries(caller, id, null, Form.ofQuery(request).given("cursor"));
    var model = new WebhookPage(endpoint, log.deliveries(), log.nextCursor(), form);
    return HtmlPages.Page.of(Section.WEBHOOKS, "Webhook", "pages/webhook", model);
  }

  private static String path(String endpointId) {
    return Section.WEBHOOKS.path() + "/" + endpointId;
  }
}
