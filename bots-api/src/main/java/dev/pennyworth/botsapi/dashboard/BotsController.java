package dev.pennyworth.botsapi.dashboard;

import dev.pennyworth.botsapi.accounts.Caller;
import dev.pennyworth.botsapi.accounts.Role;
import dev.pennyworth.botsapi.bots.BotController;
import dev.pennyworth.botsapi.bots.BotDesk;
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
import io.micronaut.http.annotation.QueryValue;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.micronaut.security.annotation.Secured;
import io.micronaut.security.rules.SecurityRule;
import io.swagger.v3.oas.annotations.Hidden;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// All bots, making one, and deleting one.
@Controller("/dashboard/bots")
@Secured(SecurityRule.IS_AUTHENTICATED)
@ExecuteOn(TaskExecutors.BLOCKING)
@Produces(MediaType.TEXT_HTML)
@Consumes(MediaType.APPLICATION_FORM_URLENCODED)
@Hidden
final class BotsController {
  /// Enough to try a bot with, and little enough to forget about.
  private static final String CAP_SUGGESTED = "2.00";

  private static final String MODEL = "model";

  private final BotDesk desk;
  private final BotController bots;
  private final ModelChoices models;
  private final HtmlPages pages;
  private final Forms forms;
  private final Json json;

  BotsController(
      BotDesk desk,
      BotController bots,
      ModelChoices models,
      HtmlPages pages,
      Forms forms,
      Json json) {
    this.desk = desk;
    this.bots = bots;
    this.models = models;
    this.pages = pages;
    this.forms = forms;
    this.json = json;
  }

  @Get
  HttpResponse<?> list(Caller caller, HttpRequest<?> request, @Nullable @QueryValue String cursor) {
    var listing = desk.overview(caller, null, cursor);
    return pages.show(request, HtmlPages.Page.of(Section.BOTS, "Bots", "pages/bots", listing));
  }

  @Get("/new")
  HttpResponse<?> begin(Caller caller, HttpRequest<?> request) {
    caller.require(Role::editsBots, "make bots");
    var form =
        Form.empty()
            .with(MODEL, models.suggested().value())
            .with("spending_cap_cents", CAP_SUGGESTED)
            .with("platform", "custom")
            .with("on_limit", "park");
    return pages.show(request, newPage(form));
  }

  @Post("/new")
  HttpResponse<?> make(Caller caller, HttpRequest<byte[]> request) {
    var form = forms.read(request);
    try {
      caller.require(Role::editsBots, "make bots");
      var made = desk.create(caller, body(form));
      return HtmlPages.seeOther(BotPages.path(made, BotTab.CHAT), Notice.BOT_MADE);
    } catch (HttpFailure failure) {
      if (failure.status() == 403) {
        throw failure;
      }
      var page = newPage(form.refused(failure));
      return pages.show(request, page.refused(failure));
    }
  }

  private byte[] body(Form form) {
    var body =
        new FormJson(form)
            .texts("name", "platform", "system_prompt", "on_limit")
            .dollars("spending_cap_cents");
    int slash = form.value(MODEL).indexOf('/');
    if (slash < 0) {
      throw HttpFailure.invalidValue(MODEL, "model must be chosen.");
    }
    body.tree()
        .put("llm_provider", form.value(MODEL).substring(0, slash))
        .put("llm_model", form.value(MODEL).substring(slash + 1));
    models.all().stream()
        .filter(it -> it.value().equals(form.value(MODEL)) && !it.baseUrl().isEmpty())
        .findFirst()
        .ifPresent(it -> body.tree().withObject("/llm_config").put("base_url", it.baseUrl()));
    return body.bytes(json);
  }

  private HtmlPages.Page newPage(Form form) {
    return new HtmlPages.Page(
        200,
        "New bot",
        Optional.of(Section.BOTS),
        "pages/bot-new",
        Map.of("form", form, "models", models.all()));
  }

  /// The tab that a role begins with.
  @Get("/{id}")
  HttpResponse<?> open(Caller caller, String id) {
    var bot = desk.view(caller, id);
    return HtmlPages.seeOther(BotPages.path(bot, BotTab.of(caller.role()).getFirst()));
  }

  @Post("/{id}/delete")
  HttpResponse<?> delete(Caller caller, String id, HttpRequest<byte[]> request) {
    forms.read(request);
    bots.delete(caller, id);
    return HtmlPages.seeOther(Section.BOTS.path(), Notice.BOT_DELETED);
  }
}
