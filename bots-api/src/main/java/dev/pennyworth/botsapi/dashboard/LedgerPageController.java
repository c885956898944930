package dev.pennyworth.botsapi.dashboard;

import dev.pennyworth.botsapi.accounts.Caller;
import dev.pennyworth.botsapi.bots.BotController;
import dev.pennyworth.botsapi.money.LedgerController;
import dev.pennyworth.botsapi.money.LedgerEntryView;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// The ledger as a page, its proof, and all of it as a file.
@Controller("/dashboard")
@Secured(SecurityRule.IS_AUTHENTICATED)
@ExecuteOn(TaskExecutors.BLOCKING)
@Produces(MediaType.TEXT_HTML)
@Hidden
final class LedgerPageController {
  private static final String[] FILTERS = {"from", "to", "bot_id", "kind"};
  private static final String BOTS_MAX = "200";
  private static final String CSV_PAGE_ROWS = "200";
  private static final int CSV_ROWS_MAX = 50_000;

  private final LedgerController ledger;
  private final BotController bots;
  private final HtmlPages pages;

  LedgerPageController(LedgerController ledger, BotController bots, HtmlPages pages) {
    this.ledger = ledger;
    this.bots = bots;
    this.pages = pages;
  }

  @Get("/ledger")
  HttpResponse<?> ledger(Caller caller, HttpRequest<?> request) {
    var filters = Form.ofQuery(request);
    try {
      var listing = read(caller, filters, null, filters.given("cursor"));
      var proof =
          filters.isOn("verify")
              ? Optional.of(ledger.verify(caller))
              : Optional.<LedgerController.ProofView>empty();
      return pages.show(request, page(caller, filters, listing, proof));
    } catch (HttpFailure failure) {
      if (failure.status() != 422) {
        throw failure;
      }
      var none = new LedgerController.Listing(List.of(), null);
      return pages.show(
          request, page(caller, filters.refused(failure), none, Optional.empty()).refused(failure));
    }
  }

  /// All rows that the filters leave, the newest first, up to a bound that the page names.
  @Get("/ledger.csv")
  @Produces({"text/csv", MediaType.TEXT_HTML})
  HttpResponse<?> csv(Caller caller, HttpRequest<?> request) {
    var filters = Form.ofQuery(request);
    var rows = new ArrayList<LedgerEntryView>();
    String cursor = null;
    do {
      var listing = read(caller, filters, CSV_PAGE_ROWS, cursor);
      rows.addAll(listing.entries());
      cursor = listing.nextCursor();
    } while (cursor != null && rows.size() < CSV_ROWS_MAX);
    return HttpResponse.ok(LedgerController.csv(rows))
        .contentType(MediaType.of("text/csv;charset=utf-8"))
        .header(HttpHeaders.CONTENT_DISPOSITION, "attachment; filename=\"ledger.csv\"");
  }

  private LedgerController.Listing read(
      Caller caller, Form filters, @Nullable String limit, @Nullable String cursor) {
    return ledger.read(
        caller,
        filters.given("from"),
        filters.given("to"),
        filters.given("bot_id"),
        filters.given("kind"),
        limit,
        cursor);
  }

  private HtmlPages.Page page(
      Caller caller,
      Form filters,
      LedgerController.Listing listing,
      Optional<LedgerController.ProofView> proof) {
    var choices = Options.of(bots.list(caller, BOTS_MAX, null));
    var model =
        new LedgerPage(
            filters,
            filters.query(FILTERS),
            choices,
            Options.ofWords(LedgerController.KINDS),
            choices.stream()
                .collect(Collectors.toMap(Options.Option::value, Options.Option::label)),
            listing.entries(),
            listing.nextCursor(),
            proof);
    return HtmlPages.Page.of(Section.LEDGER, "Ledger", "pages/ledger", model);
  }
}
