package dev.pennyworth.botsapi.dashboard;

import dev.pennyworth.botsapi.accounts.Caller;
import dev.pennyworth.botsapi.accounts.Role;
import dev.pennyworth.botsapi.bots.BotConnections;
import dev.pennyworth.botsapi.bots.BotController;
import dev.pennyworth.botsapi.bots.BotDesk;
import dev.pennyworth.botsapi.bots.BotView;
import dev.pennyworth.connectors.HttpFailure;
import dev.pennyworth.connectors.Json;
import dev.pennyworth.connectors.WebhookReach;
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
import java.util.HashMap;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The platform tab: connect a bot, step by step, and look whether the connection works.
@Controller("/dashboard/bots/{id}/platform")
@Secured(SecurityRule.IS_AUTHENTICATED)
@ExecuteOn(TaskExecutors.BLOCKING)
@Produces(MediaType.TEXT_HTML)
@Consumes(MediaType.APPLICATION_FORM_URLENCODED)
@Hidden
final class BotPlatformController {
  private final BotDesk desk;
  private final BotController controller;
  private final BotPages bots;
  private final HtmlPages pages;
  private final Forms forms;
  private final Json json;
  private final WebhookReach reach;

  BotPlatformController(
      BotDesk desk,
      BotController controller,
      BotPages bots,
      HtmlPages pages,
      Forms forms,
      WebhookReach reach,
      Json json) {
    this.desk = desk;
    this.controller = controller;
    this.bots = bots;
    this.pages = pages;
    this.forms = forms;
    this.json = json;
    this.reach = reach;
  }

  /// @param check whatever it is, the platform is asked now
  @Get
  HttpResponse<?> platform(
      Caller caller, String id, HttpRequest<?> request, @Nullable @QueryValue String check) {
    caller.require(Role::editsBots, "connect bots");
    var bot = bots.bot(caller, id);
    Optional<BotConnections.Health> health =
        check == null ? Optional.empty() : Optional.of(controller.health(caller, id));
    return pages.show(request, page(bot, Form.empty(), Optional.empty(), health, Optional.empty()));
  }

  /// Keeps the platform's secrets.
  @Post
  HttpResponse<?> save(Caller caller, String id, HttpRequest<byte[]> request) {
    var form = forms.read(request);
    caller.require(Role::editsBots, "connect bots");
    var bot = bots.bot(caller, id);
    try {
      var fields = guide(bot).fields().stream().map(PlatformGuide.Field::name).toList();
      desk.change(caller, bot.id(), new FormJson(form).secrets(fields).bytes(json));
      return HtmlPages.seeOther(BotPages.path(bot, BotTab.PLATFORM), Notice.SAVED);
    } catch (HttpFailure failure) {
      return refused(request, bot, form, failure);
    }
  }

  /// Answers with what is left to do, which is told this once.
  @Post("/activate")
  HttpResponse<?> activate(Caller caller, String id, HttpRequest<byte[]> request) {
    var form = forms.read(request);
    var bot = bots.bot(caller, id);
    try {
      var done = controller.activate(caller, id);
      return pages.show(
          request,
          page(
              bots.bot(caller, id),
              Form.empty(),
              Optional.of(done),
              Optional.empty(),
              Optional.empty()));
    } catch (HttpFailure failure) {
      return refused(request, bot, form, failure);
    }
  }

  @Post("/pause")
  HttpResponse<?> pause(Caller caller, String id, HttpRequest<byte[]> request) {
    forms.read(request);
    var done = controller.pause(caller, id);
    return pages.show(
        request,
        page(
            bots.bot(caller, id),
            Form.empty(),
            Optional.of(done),
            Optional.empty(),
            Optional.empty()));
  }

  /// Answers with the secret, which is shown this once.
  @Post("/webhook-secret")
  HttpResponse<?> rotate(Caller caller, String id, HttpRequest<byte[]> request) {
    forms.read(request);
    var made = controller.rotateWebhookSecret(caller, id);
    return pages.show(
        request,
        page(
            bots.bot(caller, id),
            Form.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.of(made.webhookSecret())));
  }

  private HttpResponse<?> refused(
      HttpRequest<?> request, BotView bot, Form form, HttpFailure failure) {
    if (failure.status() == 403) {
      throw failure;
    }
    var page =
        page(bot, form.refused(failure), Optional.empty(), Optional.empty(), Optional.empty());
    return pages.show(request, page.refused(failure));
  }

  /// As connectors see it.
  private PlatformGuide guide(BotView bot) {
    return PlatformGuide.of(bot, reach.isPublic());
  }

  private HtmlPages.Page page(
      BotView bot,
      Form form,
      Optional<BotConnections.Connection> done,
      Optional<BotConnections.Health> health,
      Optional<String> secret) {
    var model = new HashMap<String, Object>();
    model.put("form", form);
    model.put("guide", guide(bot));
    done.ifPresent(it -> model.put("done", it));
    health.ifPresent(it -> model.put("health", it));
    secret.ifPresent(it -> model.put("secret", it));
    return BotPages.page(bot, BotTab.PLATFORM, model);
  }
}
