package dev.pennyworth.botsapi.dashboard;

import dev.pennyworth.agentloop.SecretText;
import dev.pennyworth.botsapi.accounts.Accounts;
import dev.pennyworth.botsapi.accounts.BrowserCookies;
import dev.pennyworth.botsapi.accounts.Caller;
import dev.pennyworth.botsapi.accounts.ClientAddress;
import dev.pennyworth.botsapi.accounts.EmailAddress;
import dev.pennyworth.botsapi.accounts.Password;
import dev.pennyworth.botsapi.http.JdbcPublicRates;
import dev.pennyworth.botsapi.http.RateTally;
import dev.pennyworth.connectors.HttpFailure;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.MutableHttpResponse;
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

/// Signing in, registering and signing out in a browser. The same limits count as by the API.
@Controller("/dashboard")
@Secured(SecurityRule.IS_ANONYMOUS)
@ExecuteOn(TaskExecutors.BLOCKING)
@Produces(MediaType.TEXT_HTML)
@Consumes(MediaType.APPLICATION_FORM_URLENCODED)
@Hidden
final class SignInController {
  private static final String NEXT = "next";

  private final Accounts accounts;
  private final JdbcPublicRates rates;
  private final HtmlPages pages;
  private final Forms forms;
  private final Browser browser;

  SignInController(
      Accounts accounts, JdbcPublicRates rates, HtmlPages pages, Forms forms, Browser browser) {
    this.accounts = accounts;
    this.rates = rates;
    this.pages = pages;
    this.forms = forms;
    this.browser = browser;
  }

  @Get("/sign-in")
  HttpResponse<?> signIn(HttpRequest<?> request, @Nullable @QueryValue String next) {
    return Caller.of(request).isPresent()
        ? HtmlPages.seeOther(path(next))
        : pages.show(request, signInPage(Form.empty().with(NEXT, path(next))));
  }

  @Post("/sign-in")
  HttpResponse<?> signIn(HttpRequest<byte[]> request) {
    var form = forms.read(request);
    try {
      var tally = new RateTally(rates);
      Accounts.countAddress(tally, "login", ClientAddress.of(request));
      var email = email(form);
      var session =
          accounts.loginInBrowser(tally, email, new SecretText(required(form, "password")));
      return begun(session, form);
    } catch (HttpFailure failure) {
      return refused(request, signInPage(form.refused(failure)), failure);
    }
  }

  @Get("/register")
  HttpResponse<?> register(HttpRequest<?> request, @Nullable @QueryValue String next) {
    return Caller.of(request).isPresent()
        ? HtmlPages.seeOther(path(next))
        : pages.show(request, registerPage(Form.empty().with(NEXT, path(next))));
  }

  @Post("/register")
  HttpResponse<?> register(HttpRequest<byte[]> request) {
    var form = forms.read(request);
    try {
      var tally = new RateTally(rates);
      Accounts.countAddress(tally, "register", ClientAddress.of(request));
      var email = email(form);
      var password =
          Password.parse(required(form, "password"))
              .orElseThrow(() ->
                  HttpFailure.invalidValue(
                      "password", "password must be " + Password.ALLOWED + "."));
      return begun(accounts.registerInBrowser(tally, email, password), form);
    } catch (HttpFailure failure) {
      return refused(request, registerPage(form.refused(failure)), failure);
    }
  }

  @Post("/sign-out")
  HttpResponse<?> signOut(HttpRequest<byte[]> request) {
    forms.read(request);
    Browser.value(request, BrowserCookies.SESSION)
        .map(SecretText::new)
        .ifPresent(accounts::logoutInBrowser);
    return HtmlPages.seeOther("/dashboard/sign-in", Notice.SIGNED_OUT)
        .cookie(browser.gone(BrowserCookies.SESSION))
        .cookie(browser.gone(BrowserCookies.TEAM));
  }

  private HttpResponse<?> begun(Accounts.BrowserSession session, Form form) {
    return HtmlPages.seeOther(path(form.value(NEXT)))
        .cookie(
            browser.cookie(BrowserCookies.SESSION, session.cookie().reveal(), session.lifetime()))
        .cookie(browser.gone(BrowserCookies.TEAM));
  }

  private HttpResponse<?> refused(
      HttpRequest<?> request, HtmlPages.Page page, HttpFailure failure) {
    MutableHttpResponse<String> response = pages.show(request, page.refused(failure));
    failure.headers().forEach(response::header);
    // Browsers would show a window of their own for a scheme that is not ours here.
    response.getHeaders().remove("WWW-Authenticate");
    return response;
  }

  private static HtmlPages.Page signInPage(Form form) {
    return new HtmlPages.Page(
        200, "Sign in", Optional.empty(), "pages/sign-in", Map.of("form", form));
  }

  private static HtmlPages.Page registerPage(Form form) {
    return new HtmlPages.Page(
        200, "Create an account", Optional.empty(), "pages/register", Map.of("form", form));
  }

  private static EmailAddress email(Form form) {
    return EmailAddress.parse(required(form, "email"))
        .orElseThrow(
            () -> HttpFailure.invalidValue("email", "email must be " + EmailAddress.ALLOWED + "."));
  }

  private static String required(Form form, String field) {
    var value = form.value(field);
    if (value.isEmpty()) {
      throw HttpFailure.invalidValue(field, field + " is required.");
    }
    return value;
  }

  /// Only pages of ours: a link must not lead elsewhere through our sign-in.
  static String path(@Nullable String next) {
    return next != null && next.matches("/dashboard(?:/[A-Za-z0-9._~/-]*)?")
        ? next
        : Section.HOME.path();
  }
}
