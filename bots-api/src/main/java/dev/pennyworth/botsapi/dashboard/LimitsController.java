package dev.pennyworth.botsapi.dashboard;

import dev.pennyworth.botsapi.accounts.Caller;
import dev.pennyworth.botsapi.accounts.Role;
import dev.pennyworth.botsapi.bots.BotDesk;
import dev.pennyworth.botsapi.bots.BotLogsController;
import dev.pennyworth.botsapi.bots.BotView;
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
import java.util.List;
import java.util.Map;

/// The limits tab: what a bot may spend, and what it spent of it.
@Controller("/dashboard/bots/{id}/limits")
@Secured(SecurityRule.IS_AUTHENTICATED)
@ExecuteOn(TaskExecutors.BLOCKING)
@Produces(MediaType.TEXT_HTML)
@Consumes(MediaType.APPLICATION_FORM_URLENCODED)
@Hidden
final class LimitsController {
  private static final List<String> PERIODS = List.of("day", "week", "month");

  private final BotDesk desk;
  private final BotLogsController logs;
  private final BotPages bots;
  private final HtmlPages pages;
  private final Forms forms;
  private final Json json;

  LimitsController(
      BotDesk desk,
      BotLogsController logs,
      BotPages bots,
      HtmlPages pages,
      Forms forms,
      Json json) {
    this.desk = desk;
    this.logs = logs;
    this.bots = bots;
    this.pages = pages;
    this.forms = forms;
    this.json = json;
  }

  @Get
  HttpResponse<?> limits(Caller caller, String id, HttpRequest<?> request) {
    var bot = bots.bot(caller, id);
    return pages.show(request, page(caller, bot, BotForm.limits(bot)));
  }

  @Post
  HttpResponse<?> save(Caller caller, String id, HttpRequest<byte[]> request) {
    var form = forms.read(request);
    caller.require(Role::changesBots, "change bots");
    var bot = bots.bot(caller, id);
    try {
      desk.change(caller, bot.id(), body(caller, form));
      return HtmlPages.seeOther(BotPages.path(bot, BotTab.LIMITS), Notice.SAVED);
    } catch (HttpFailure failure) {
      return pages.show(request, page(caller, bot, form.refused(failure)).refused(failure));
    }
  }

  private byte[] body(Caller caller, Form form) {
    var body =
        new FormJson(form)
            .dollars(
                "spending_cap_cents",
                "max_cost_cents_per_message",
                "end_user_daily_cents",
                "approval_cents");
    var caps = body.tree().putArray("spending_caps");
    for (var period : PERIODS) {
      var field = "spending_caps." + period;
      if (!form.value(field).isBlank()) {
        caps.addObject().put("period", period).put("cents", FormJson.cents(form, field));
      }
    }
    if (caller.role().editsBots()) {
      body.texts("on_limit");
    }
    return body.bytes(json);
  }

  private HtmlPages.Page page(Caller caller, BotView bot, Form form) {
    return BotPages.page(
        bot, BotTab.LIMITS, Map.of("form", form, "usage", logs.usage(caller, bot.id().toString())));
  }
}
