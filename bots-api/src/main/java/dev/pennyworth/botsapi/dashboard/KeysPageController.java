package dev.pennyworth.botsapi.dashboard;

import dev.pennyworth.botsapi.accounts.Caller;
import dev.pennyworth.botsapi.accounts.KeysController;
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

/// API keys. A new one is shown in the answer that made it, and nowhere else.
@Controller("/dashboard/keys")
@Secured(SecurityRule.IS_AUTHENTICATED)
@ExecuteOn(TaskExecutors.BLOCKING)
@Produces(MediaType.TEXT_HTML)
@Consumes(MediaType.APPLICATION_FORM_URLENCODED)
@Hidden
final class KeysPageController {
  private final KeysController keys;
  private final HtmlPages pages;
  private final Forms forms;
  private final Json json;

  KeysPageController(KeysController keys, HtmlPages pages, Forms forms, Json json) {
    this.keys = keys;
    this.pages = pages;
    this.forms = forms;
    this.json = json;
  }

  @Get
  HttpResponse<?> list(Caller caller, HttpRequest<?> request) {
    return pages.show(request, page(caller, request, Form.empty(), null));
  }

  @Post
  HttpResponse<?> create(Caller caller, HttpRequest<byte[]> request) {
    var form = forms.read(request);
    try {
      var made = keys.create(caller, new FormJson(form).texts("name").request(json));
      var key = Answers.read(json, made).path("key").asText();
      return pages.show(request, page(caller, request, Form.empty(), key));
    } catch (HttpFailure failure) {
      if (failure.status() == 403) {
        throw failure;
      }
      return pages.show(
          request, page(caller, request, form.refused(failure), null).refused(failure));
    }
  }

  @Post("/{keyId}/withdraw")
  HttpResponse<?> withdraw(Caller caller, String keyId, HttpRequest<byte[]> request) {
    forms.read(request);
    keys.delete(caller, keyId);
    return HtmlPages.seeOther(Section.KEYS.path(), Notice.REMOVED);
  }

  private HtmlPages.Page page(
      Caller caller, HttpRequest<?> request, Form form, @Nullable String made) {
    var listing = keys.list(caller, null, Form.ofQuery(request).given("cursor"));
    var model = new KeysPage(listing.keys(), listing.nextCursor(), form, Optional.ofNullable(made));
    return HtmlPages.Page.of(Section.KEYS, "API keys", "pages/keys", model);
  }
}
