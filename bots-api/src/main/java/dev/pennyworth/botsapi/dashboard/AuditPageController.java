package dev.pennyworth.botsapi.dashboard;

import dev.pennyworth.botsapi.accounts.Caller;
import dev.pennyworth.botsapi.audit.AuditController;
import dev.pennyworth.connectors.HttpFailure;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.Produces;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.micronaut.security.annotation.Secured;
import io.micronaut.security.rules.SecurityRule;
import io.swagger.v3.oas.annotations.Hidden;
import java.util.List;

/// Who changed what, newest first.
@Controller("/dashboard/audit")
@Secured(SecurityRule.IS_AUTHENTICATED)
@ExecuteOn(TaskExecutors.BLOCKING)
@Produces(MediaType.TEXT_HTML)
@Hidden
final class AuditPageController {
  private final AuditController audit;
  private final HtmlPages pages;

  AuditPageController(AuditController audit, HtmlPages pages) {
    this.audit = audit;
    this.pages = pages;
  }

  @Get
  HttpResponse<?> list(Caller caller, HttpRequest<?> request) {
    var filters = Form.ofQuery(request);
    try {
      var listing =
          audit.list(
              caller,
              filters.given("action"),
              filters.given("actor"),
              null,
              filters.given("cursor"));
      return pages.show(
          request,
          page(
              new AuditPage(
                  filters,
                  filters.query("action", "actor"),
                  listing.entries(),
                  listing.nextCursor())));
    } catch (HttpFailure failure) {
      if (failure.status() != 422) {
        throw failure;
      }
      var none =
          new AuditPage(
              filters.refused(failure), filters.query("action", "actor"), List.of(), null);
      return pages.show(request, page(none).refused(failure));
    }
  }

  private static HtmlPages.Page page(AuditPage page) {
    return HtmlPages.Page.of(Section.AUDIT, "Audit log", "pages/audit", page);
  }
}
