package dev.pennyworth.botsapi.dashboard;

import dev.pennyworth.botsapi.accounts.Caller;
import dev.pennyworth.botsapi.bots.BotDesk;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Consumes;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Post;
import io.micronaut.http.annotation.Produces;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.micronaut.security.annotation.Secured;
import io.micronaut.security.rules.SecurityRule;
import io.swagger.v3.oas.annotations.Hidden;

/// The buttons of parked turns: go on, approve, or let it end.
@Controller("/dashboard/bots/{id}/turns/{turnId}")
@Secured(SecurityRule.IS_AUTHENTICATED)
@ExecuteOn(TaskExecutors.BLOCKING)
@Produces(MediaType.TEXT_HTML)
@Consumes(MediaType.APPLICATION_FORM_URLENCODED)
@Hidden
final class ParkedController {
  private final BotDesk desk;
  private final Forms forms;

  ParkedController(BotDesk desk, Forms forms) {
    this.desk = desk;
    this.forms = forms;
  }

  @Post("/resume")
  HttpResponse<?> resume(Caller caller, String id, String turnId, HttpRequest<byte[]> request) {
    var form = forms.read(request);
    desk.decide(caller, id, turnId, true);
    return HtmlPages.seeOther(SignInController.path(form.value("back")), Notice.RESUMED);
  }

  @Post("/give-up")
  HttpResponse<?> giveUp(Caller caller, String id, String turnId, HttpRequest<byte[]> request) {
    var form = forms.read(request);
    desk.decide(caller, id, turnId, false);
    return HtmlPages.seeOther(SignInController.path(form.value("back")), Notice.GIVEN_UP);
  }
}
