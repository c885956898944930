package dev.pennyworth.botsapi.dashboard;

import dev.pennyworth.botsapi.accounts.BrowserCookies;
import dev.pennyworth.botsapi.accounts.Caller;
import dev.pennyworth.botsapi.accounts.TeamController;
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

/// Who is in the team, as what.
@Controller("/dashboard/team")
@Secured(SecurityRule.IS_AUTHENTICATED)
@ExecuteOn(TaskExecutors.BLOCKING)
@Produces(MediaType.TEXT_HTML)
@Consumes(MediaType.APPLICATION_FORM_URLENCODED)
@Hidden
final class TeamPageController {
  private final TeamController team;
  private final Browser browser;
  private final HtmlPages pages;
  private final Forms forms;
  private final Json json;

  TeamPageController(
      TeamController team, Browser browser, HtmlPages pages, Forms forms, Json json) {
    this.team = team;
    this.browser = browser;
    this.pages = pages;
    this.forms = forms;
    this.json = json;
  }

  @Get
  HttpResponse<?> list(Caller caller, HttpRequest<?> request) {
    return pages.show(request, page(caller, request, Form.empty().with("role", "viewer")));
  }

  @Post("/add")
  HttpResponse<?> add(Caller caller, HttpRequest<byte[]> request) {
    var form = forms.read(request);
    try {
      team.add(caller, new FormJson(form).texts("email", "role").request(json));
      return HtmlPages.seeOther(Section.TEAM.path(), Notice.ADDED);
    } catch (HttpFailure failure) {
      return refused(caller, request, form, failure);
    }
  }

  @Post("/{memberId}/role")
  HttpResponse<?> change(Caller caller, String memberId, HttpRequest<byte[]> request) {
    var form = forms.read(request);
    try {
      team.change(caller, memberId, new FormJson(form).texts("role").request(json));
      return HtmlPages.seeOther(Section.TEAM.path(), Notice.SAVED);
    } catch (HttpFailure failure) {
      return refused(caller, request, Form.empty(), failure);
    }
  }

  /// Whoever leaves looks at his own team again.
  @Post("/{memberId}/remove")
  HttpResponse<?> remove(Caller caller, String memberId, HttpRequest<byte[]> request) {
    forms.read(request);
    try {
      team.remove(caller, memberId);
    } catch (HttpFailure failure) {
      return refused(caller, request, Form.empty(), failure);
    }
    return memberId.equals(caller.user().toString())
        ? HtmlPages.seeOther(Section.HOME.path()).cookie(browser.gone(BrowserCookies.TEAM))
        : HtmlPages.seeOther(Section.TEAM.path(), Notice.REMOVED);
  }

  private HttpResponse<?> refused(
      Caller caller, HttpRequest<?> request, Form form, HttpFailure failure) {
    if (failure.status() == 403 || failure.status() == 404) {
      throw failure;
    }
    return pages.show(request, page(caller, request, form.refused(failure)).refused(failure));
  }

  private HtmlPages.Page page(Caller caller, HttpRequest<?> request, Form form) {
    var listing = team.list(caller, null, Form.ofQuery(request).given("cursor"));
    var model =
        new TeamPage(listing.members(), listing.nextCursor(), caller.user().toString(), form);
    return HtmlPages.Page.of(Section.TEAM, "Members", "pages/team", model);
  }
}
