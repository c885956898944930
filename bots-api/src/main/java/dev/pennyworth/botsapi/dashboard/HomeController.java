package dev.pennyworth.botsapi.dashboard;

import dev.pennyworth.billing.NanoUsd;
import dev.pennyworth.botsapi.accounts.Caller;
import dev.pennyworth.botsapi.bots.BotDesk;
import dev.pennyworth.botsapi.events.RecentEvents;
import dev.pennyworth.botsapi.money.JdbcUsageDays;
import dev.pennyworth.botsapi.money.UsageController;
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
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/// The first page.
@Controller("/dashboard")
@Secured(SecurityRule.IS_AUTHENTICATED)
@ExecuteOn(TaskExecutors.BLOCKING)
@Produces(MediaType.TEXT_HTML)
@Hidden
final class HomeController {
  private static final String BOTS_SHOWN_MAX = "12";
  private static final int PARKED_SHOWN_MAX = 20;
  private static final int EVENTS_SHOWN_MAX = 6;

  private final BotDesk desk;
  private final UsageController usage;
  private final RecentEvents events;
  private final HtmlPages pages;
  private final InstantSource clock;

  HomeController(
      BotDesk desk,
      UsageController usage,
      RecentEvents events,
      HtmlPages pages,
      InstantSource clock) {
    this.desk = desk;
    this.usage = usage;
    this.events = events;
    this.pages = pages;
    this.clock = clock;
  }

  @Get
  HttpResponse<?> home(Caller caller, HttpRequest<?> request) {
    var bots = desk.overview(caller, BOTS_SHOWN_MAX, null);
    var home =
        new HomePage(
            spend(caller),
            bots.bots(),
            bots.nextCursor() != null,
            desk.parked(caller, PARKED_SHOWN_MAX),
            events(caller, bots.bots()));
    return pages.show(request, HtmlPages.Page.of(Section.HOME, "Home", "pages/home", home));
  }

  /// By the days of each bot's own time zone.
  private Optional<HomePage.Spend> spend(Caller caller) {
    if (!caller.role().readsMoney()) {
      return Optional.empty();
    }
    var today = LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
    var month = usage.spent(caller, today.withDayOfMonth(1), today);
    var ofToday = month.stream().filter(day -> day.day().equals(today)).toList();
    return Optional.of(
        new HomePage.Spend(cost(ofToday), cost(month), messages(ofToday), messages(month)));
  }

  private static NanoUsd cost(List<JdbcUsageDays.SpentDay> days) {
    return days.stream().map(JdbcUsageDays.SpentDay::cost).reduce(NanoUsd.ZERO, NanoUsd::plus);
  }

  private static long messages(List<JdbcUsageDays.SpentDay> days) {
    return days.stream().mapToLong(JdbcUsageDays.SpentDay::messages).sum();
  }

  private List<RecentEvents.Headline> events(Caller caller, List<BotDesk.Overview> bots) {
    var names = bots.stream().collect(Collectors.toMap(it -> it.bot().id(), it -> it.bot().name()));
    return !caller.role().readsMoney() ? List.of() : events.of(caller, names, EVENTS_SHOWN_MAX);
  }
}
