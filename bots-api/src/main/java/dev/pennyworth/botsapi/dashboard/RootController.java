package dev.pennyworth.botsapi.dashboard;

import dev.pennyworth.connectors.HttpFailure;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.Produces;
import io.micronaut.security.annotation.Secured;
import io.micronaut.security.rules.SecurityRule;
import io.swagger.v3.oas.annotations.Hidden;

/// Who opens the server's address in a browser wants the dashboard.
@Controller("/")
@Secured(SecurityRule.IS_ANONYMOUS)
@Hidden
final class RootController {

  /// @throws HttpFailure 404 for programs, as ever
  @Get
  @Produces(MediaType.ALL)
  HttpResponse<?> root(HttpRequest<?> request) {
    var isBrowser = request.accept().stream().anyMatch(MediaType.TEXT_HTML_TYPE::matches);
    if (!isBrowser) {
      throw new HttpFailure(404, "not_found", "There is nothing at this address.");
    }
    return HtmlPages.seeOther(Section.HOME.path());
  }
}
