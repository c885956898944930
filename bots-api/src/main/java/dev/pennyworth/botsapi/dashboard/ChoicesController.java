package dev.pennyworth.botsapi.dashboard;

import dev.pennyworth.billing.TeamId;
import dev.pennyworth.botsapi.accounts.BrowserCookies;
import dev.pennyworth.botsapi.accounts.Caller;
import dev.pennyworth.botsapi.accounts.Members;
import dev.pennyworth.connectors.HttpFailure;
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
import java.util.Map;
import java.util.Optional;

/// What the frame around pages offers: another theme, another team, and the wallet of this moment.
@Controller("/dashboard")
@Secured(SecurityRule.IS_AUTHENTICATED)
@ExecuteOn(TaskExecutors.BLOCKING)
@Produces(MediaType.TEXT_HTML)
@Consumes(MediaType.APPLICATION_FORM_URLENCODED)
@Hidden
final class ChoicesController {
  private final Members members;
  private final HtmlPages pages;
  private final Forms forms;
  private final Browser browser;

  ChoicesController(Members members, HtmlPages pages, Forms forms, Browser browser) {
    this.members = members;
    this.pages = pages;
    this.forms = forms;
    this.browser = browser;
  }

  @Post("/theme")
  @Secured(SecurityRule.IS_ANONYMOUS)
  HttpResponse<?> theme(HttpRequest<byte[]> request) {
    var form = forms.read(request);
    return HtmlPages.seeOther(SignInController.path(form.value("back")))
        .cookie(browser.choice(Browser.THEME, form.value("theme").replaceAll("[^a-z]", "")));
  }

  @Post("/switch-team")
  HttpResponse<?> team(Caller caller, HttpRequest<byte[]> request) {
    var form = forms.read(request);
    var team =
        TeamId.parse(form.value("team"))
            .filter(it -> isIn(caller, it))
            .orElseThrow(() -> HttpFailure.notFound("team"));
    return HtmlPages.seeOther(Section.HOME.path(), Notice.SWITCHED)
        .cookie(browser.choice(BrowserCookies.TEAM, team.toString()));
  }

  private boolean isIn(Caller caller, TeamId team) {
    return !members.teamsOf(caller.user(), Optional.of(team), Optional.empty(), 1).isEmpty();
  }

  /// The wallet alone, for a page that is looked at for long. Empty for who may not read it.
  @Get("/wallet")
  HttpResponse<?> wallet(Caller caller, HttpRequest<?> request) {
    var wallet = pages.wallet(caller);
    return wallet.isPresent()
        ? pages.fragment(request, "parts/wallet", Map.of("wallet", wallet.get()))
        : HttpResponse.noContent();
  }
}
