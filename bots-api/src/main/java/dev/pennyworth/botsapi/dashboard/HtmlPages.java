package dev.pennyworth.botsapi.dashboard;

import dev.pennyworth.billing.JdbcWallets;
import dev.pennyworth.billing.WalletState;
import dev.pennyworth.botsapi.accounts.Accounts;
import dev.pennyworth.botsapi.accounts.Caller;
import dev.pennyworth.botsapi.accounts.Members;
import dev.pennyworth.botsapi.accounts.Role;
import dev.pennyworth.connectors.HttpFailure;
import io.micronaut.http.HttpMethod;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.HttpStatus;
import io.micronaut.http.MediaType;
import io.micronaut.http.MutableHttpResponse;
import io.micronaut.views.jte.HtmlJteViewsRenderer;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/// Writes pages: a template with its model, in the frame that all of them share.
final class HtmlPages {
  private static final MediaType HTML = MediaType.of("text/html;charset=utf-8");
  private static final int TEAMS_MAX = 50;
  private static final List<String> THEMES = List.of("light", "dark");

  private final HtmlJteViewsRenderer<Map<String, Object>> renderer;
  private final Accounts accounts;
  private final Members members;
  private final JdbcWallets wallets;
  private final FormTokens tokens;
  private final Browser browser;
  private final Assets assets;
  private final Supplier<String> visitors;

  HtmlPages(
      HtmlJteViewsRenderer<Map<String, Object>> renderer,
      Accounts accounts,
      Members members,
      JdbcWallets wallets,
      FormTokens tokens,
      Browser browser,
      Assets assets,
      Supplier<String> visitors) {
    this.renderer = renderer;
    this.accounts = accounts;
    this.members = members;
    this.wallets = wallets;
    this.tokens = tokens;
    this.browser = browser;
    this.assets = assets;
    this.visitors = visitors;
  }

  /// What a page is.
  ///
  /// @param template below src/main/jte, without its ending
  /// @param model what the template takes besides the frame, by name
  record Page(
      int status,
      String title,
      Optional<Section> section,
      String template,
      Map<String, Object> model) {

    /// A page of the navigation, with one model named `page`.
    static Page of(Section section, String title, String template, Object model) {
      return new Page(200, title, Optional.of(section), template, Map.of("page", model));
    }

    /// The same with another template.
    Page from(String other) {
      return new Page(status, title, section, other, model);
    }

    /// The same with a form that could not be taken as it was.
    Page refused(HttpFailure failure) {
      return new Page(failure.status(), title, section, template, model);
    }
  }

  /// The page as an answer.
  MutableHttpResponse<String> show(HttpRequest<?> request, Page page) {
    var bound = Browser.bound(request);
    var cookie = bound.orElseGet(visitors);
    var model = new HashMap<>(page.model());
    model.put("frame", frame(request, page, tokens.of(cookie)));
    MutableHttpResponse<String> response =
        HttpResponse.status(page.status(), HttpStatus.getDefaultReason(page.status()));
    response.contentType(HTML).body(render(page.template(), model, request));
    return bound.isPresent() ? response : response.cookie(browser.visitor(cookie));
  }

  /// Some of a page, for a script that puts it in its place.
  MutableHttpResponse<String> fragment(
      HttpRequest<?> request, String template, Map<String, Object> model) {
    return HttpResponse.ok(text(request, template, model)).contentType(HTML);
  }

  /// The same, not yet an answer.
  String text(HttpRequest<?> request, String template, Map<String, Object> model) {
    return render(template, new HashMap<>(model), request);
  }

  /// Goes on to another page after something was done there.
  ///
  /// @param path of ours
  static MutableHttpResponse<String> seeOther(String path) {
    return HttpResponse.seeOther(URI.create(path));
  }

  /// As [#seeOther(String)], and says so there.
  static MutableHttpResponse<String> seeOther(String path, Notice notice) {
    return seeOther(path + (path.contains("?") ? "&" : "?") + "said=" + notice.word());
  }

  /// Before the answer begins, so that a template that fails is an error and no half page.
  private String render(String template, Map<String, Object> model, HttpRequest<?> request) {
    var text = new StringWriter();
    try {
      renderer.render(template, model, request).writeTo(text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.toString();
  }

  private Frame frame(HttpRequest<?> request, Page page, String formToken) {
    return new Frame(
        page.title(),
        page.section(),
        Caller.of(request).map(this::person),
        formToken,
        Browser.value(request, Browser.THEME).filter(THEMES::contains).orElse("auto"),
        address(request, page),
        request.getParameters().getFirst("said").flatMap(Notice::ofWord),
        assets);
  }

  /// A page that answers a form has none of its own to come back to.
  private static String address(HttpRequest<?> request, Page page) {
    return request.getMethod() == HttpMethod.GET
        ? request.getUri().getRawPath()
        : page.section().orElse(Section.HOME).path();
  }

  private Frame.SignedInPerson person(Caller caller) {
    var account = accounts.byId(caller.user());
    var teams =
        members.teamsOf(caller.user(), Optional.empty(), Optional.empty(), TEAMS_MAX).stream()
            .map(team ->
                new Frame.TeamChoice(
                    team.id().toString(), team.name(), team.id().equals(caller.team())))
            .toList();
    return new Frame.SignedInPerson(
        account.email().text(),
        caller.role(),
        teams.stream()
            .filter(Frame.TeamChoice::isChosen)
            .map(Frame.TeamChoice::name)
            .findFirst()
            .orElse(account.teamName()),
        teams,
        wallet(caller));
  }

  /// Empty for who may not read it.
  Optional<WalletState> wallet(Caller caller) {
    return Optional.of(caller.role())
        .filter(Role::readsMoney)
        .map(_ -> wallets.balance(caller.team()));
  }
}
