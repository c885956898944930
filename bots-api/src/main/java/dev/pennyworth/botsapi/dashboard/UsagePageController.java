package dev.pennyworth.botsapi.dashboard;

import dev.pennyworth.botsapi.accounts.Caller;
import dev.pennyworth.botsapi.money.UsageController;
import dev.pennyworth.connectors.HttpFailure;
import io.micronaut.http.HttpHeaders;
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
import java.time.DateTimeException;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Usage by any dimension as a page, and as a file.
@Controller("/dashboard")
@Secured(SecurityRule.IS_AUTHENTICATED)
@ExecuteOn(TaskExecutors.BLOCKING)
@Produces(MediaType.TEXT_HTML)
@Hidden
final class UsagePageController {
  private static final String GROUP = "group_by";
  private static final String[] FILTERS = {GROUP, "from", "to"};
  private static final int DAYS_SHOWN = 30;
  private static final int DAYS_MAX = 366;
  private static final int PACE_DAYS = 7;
  private static final String CSV_PAGE_ROWS = "200";
  private static final int CSV_ROWS_MAX = 50_000;

  private final UsageController usage;
  private final HtmlPages pages;
  private final InstantSource clock;

  UsagePageController(UsageController usage, HtmlPages pages, InstantSource clock) {
    this.usage = usage;
    this.pages = pages;
    this.clock = clock;
  }

  @Get("/usage")
  HttpResponse<?> usage(Caller caller, HttpRequest<?> request) {
    var filters = filters(request);
    try {
      var listing = read(caller, filters, null, filters.given("cursor"));
      return pages.show(
          request,
          page(
              new UsagePage(
                  filters,
                  filters.query(FILTERS),
                  Optional.of(listing),
                  charts(caller, filters),
                  daysLeft(caller))));
    } catch (HttpFailure failure) {
      if (failure.status() != 422) {
        throw failure;
      }
      var none =
          new UsagePage(
              filters.refused(failure),
              filters.query(FILTERS),
              Optional.empty(),
              List.of(),
              Optional.empty());
      return pages.show(request, page(none).refused(failure));
    }
  }

  /// All groups, up to a bound.
  @Get("/usage.csv")
  @Produces({"text/csv", MediaType.TEXT_HTML})
  HttpResponse<?> csv(Caller caller, HttpRequest<?> request) {
    var filters = filters(request);
    var groups = new ArrayList<UsageController.Group>();
    String cursor = null;
    do {
      var listing = read(caller, filters, CSV_PAGE_ROWS, cursor);
      groups.addAll(listing.groups());
      cursor = listing.nextCursor();
    } while (cursor != null && groups.size() < CSV_ROWS_MAX);
    return HttpResponse.ok(UsageController.csv(filters.value(GROUP), groups))
        .contentType(MediaType.of("text/csv;charset=utf-8"))
        .header(HttpHeaders.CONTENT_DISPOSITION, "attachment; filename=\"usage.csv\"");
  }

  private UsageController.Listing read(
      Caller caller, Form filters, @Nullable String limit, @Nullable String cursor) {
    return usage.read(
        caller, filters.given(GROUP), filters.given("from"), filters.given("to"), limit, cursor);
  }

  /// The last days, by bot, unless the address says otherwise.
  private Form filters(HttpRequest<?> request) {
    var asked = Form.ofQuery(request);
    var today = today();
    var first = asked.given("from");
    var last = asked.given("to");
    return asked
        .with(GROUP, asked.isOn(GROUP) ? asked.value(GROUP) : "bot")
        .with("from", first == null ? today.minusDays(DAYS_SHOWN - 1).toString() : first)
        .with("to", last == null ? today.toString() : last);
  }

  private List<Chart> charts(Caller caller, Form filters) {
    var from = day(filters, "from");
    var to = day(filters, "to");
    if (to.isBefore(from)) {
      return List.of();
    }
    if (ChronoUnit.DAYS.between(from, to) >= DAYS_MAX) {
      throw HttpFailure.invalidValue(
          "from", "from must be at most %d days before the end.".formatted(DAYS_MAX));
    }
    return UsageCharts.of(from, to, usage.days(caller, from, to));
  }

  private static LocalDate day(Form filters, String field) {
    try {
      return LocalDate.parse(filters.value(field));
    } catch (DateTimeException _) {
      throw HttpFailure.invalidValue(field, field + " must be a date such as 2026-03-14.");
    }
  }

  /// At the pace of the last up to seven whole days, from the first that saw anything.
  private Optional<Long> daysLeft(Caller caller) {
    var yesterday = today().minusDays(1);
    var first = yesterday.minusDays(PACE_DAYS - 1);
    var week = usage.read(caller, "day", first.toString(), yesterday.toString(), null, null);
    var billed = week.total().billedCents();
    var begin =
        week.groups().stream()
            .flatMap(group -> group.key().stream())
            .map(LocalDate::parse)
            .findFirst()
            .orElse(first);
    int days = (int) ChronoUnit.DAYS.between(begin, yesterday) + 1;
    return pages
        .wallet(caller)
        .filter(_ -> billed.nanos() > 0)
        .map(wallet -> UsageCharts.daysLeft(wallet.available(), billed, days));
  }

  private LocalDate today() {
    return LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
  }

  private static HtmlPages.Page page(UsagePage page) {
    return HtmlPages.Page.of(Section.USAGE, "Usage", "pages/usage", page);
  }
}
