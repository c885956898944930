package dev.pennyworth.botsapi.money;

import dev.pennyworth.billing.BotId;
import dev.pennyworth.billing.JdbcLedger;
import dev.pennyworth.billing.JdbcProof;
import dev.pennyworth.billing.Proof;
import dev.pennyworth.botsapi.accounts.Caller;
import dev.pennyworth.botsapi.accounts.Role;
import dev.pennyworth.botsapi.bots.JdbcTeamBots;
import dev.pennyworth.botsapi.http.Pages;
import dev.pennyworth.botsapi.http.TimeOrDay;
import dev.pennyworth.connectors.HttpFailure;
import io.micronaut.http.HttpHeaders;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.Produces;
import io.micronaut.http.annotation.QueryValue;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.micronaut.security.annotation.Secured;
import io.micronaut.security.rules.SecurityRule;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The ledger, newest first, and its proof.
@Controller("/api/ledger")
@Secured(SecurityRule.IS_AUTHENTICATED)
@ExecuteOn(TaskExecutors.BLOCKING)
@Tag(name = "Money")
public final class LedgerController {
  /// What a row of the ledger can be.
  public static final List<String> KINDS =
      List.of(
          "free_credit",
          "deposit",
          "charge",
          "leak",
          "refund",
          "dispute",
          "dispute_won",
          "plan_fee");

  private static final MediaType CSV = MediaType.of("text/csv;charset=utf-8");

  private final JdbcLedger ledger;
  private final JdbcProof proof;
  private final JdbcTeamBots bots;

  LedgerController(JdbcLedger ledger, JdbcProof proof, JdbcTeamBots bots) {
    this.ledger = ledger;
    this.proof = proof;
    this.bots = bots;
  }

  /// A page of the ledger.
  public record Listing(List<LedgerEntryView> entries, @Nullable String nextCursor) {}

  /// The outcome of recomputing the books.
  public record ProofView(
      boolean ok, Map<String, Long> checked, @Nullable Mismatch firstMismatch) {}

  /// The first row that disagrees.
  public record Mismatch(String what, String row, String stated, String recomputed) {}

  /// Lists the ledger, as JSON or, with `Accept: text/csv`, as CSV. `from` and `to` are times or
  /// dates (UTC); `to` is excluded when it is a time and included when it is a date. CSV pages name
  /// the next cursor in the header `X-Next-Cursor`.
  @Get
  @Produces({MediaType.APPLICATION_JSON, "text/csv"})
  @ApiResponse(
      responseCode = "200",
      description = "A page of the ledger",
      content = @Content(schema = @Schema(implementation = Listing.class)))
  HttpResponse<?> list(
      Caller caller,
      HttpRequest<?> request,
      @Nullable @QueryValue String from,
      @Nullable @QueryValue String to,
      @Nullable @QueryValue("bot_id") String botId,
      @Nullable @QueryValue String kind,
      @Nullable @QueryValue String limit,
      @Nullable @QueryValue String cursor) {
    var page = read(caller, from, to, botId, kind, limit, cursor);
    return Csv.isWanted(request) ? csv(page) : json(page);
  }

  /// The same without a request.
  ///
  /// @throws HttpFailure 403, 404 for no bot of the team's, or 422 naming what cannot be
  public Listing read(
      Caller caller,
      @Nullable String from,
      @Nullable String to,
      @Nullable String botId,
      @Nullable String kind,
      @Nullable String limit,
      @Nullable String cursor) {
    caller.require(Role::readsMoney, "read the ledger");
    var asked = Pages.request(limit, cursor, LedgerController::sequence);
    var filter =
        new JdbcLedger.Filter(
            time("from", from, 0),
            time("to", to, 1),
            bot(caller, botId),
            kind(kind),
            Optional.empty(),
            asked.after().orElse(Long.MAX_VALUE),
            asked.rows());
    var page = asked.page(ledger.list(caller.team(), filter), row -> Long.toString(row.seq()));
    return new Listing(page.rows().stream().map(LedgerEntryView::of).toList(), page.nextCursor());
  }

  /// Rows as CSV, amounts exact.
  public static String csv(List<LedgerEntryView> rows) {
    return LedgerCsv.write(rows);
  }

  /// Recomputes balances, holds, spending, daily figures and the hash chain, and names the first
  /// row that disagrees.
  @Get("/verify")
  public ProofView verify(Caller caller) {
    caller.require(Role::readsMoney, "verify the ledger");
    Proof found = proof.prove(caller.team());
    return new ProofView(
        found.isOk(),
        found.checked(),
        found
            .firstMismatch()
            .map(it -> new Mismatch(it.what(), it.row(), it.stated(), it.recomputed()))
            .orElse(null));
  }

  private static HttpResponse<?> json(Listing page) {
    return HttpResponse.ok(page).contentType(MediaType.APPLICATION_JSON_TYPE);
  }

  private static HttpResponse<?> csv(Listing page) {
    var response =
        HttpResponse.ok(LedgerCsv.write(page.entries()))
            .contentType(CSV)
            .header(HttpHeaders.CONTENT_DISPOSITION, "attachment; filename=\"ledger.csv\"");
    return page.nextCursor() == null
        ? response
        : response.header("X-Next-Cursor", page.nextCursor());
  }

  private static Optional<Long> sequence(String text) {
    return text.matches("\\d{1,18}") ? Optional.of(Long.parseLong(text)) : Optional.empty();
  }

  private Optional<BotId> bot(Caller caller, @Nullable String text) {
    return text == null
        ? Optional.empty()
        : Optional.of(
            BotId.parse(text)
                .filter(bot -> bots.hasOrHad(caller.team(), bot))
                .orElseThrow(() -> HttpFailure.notFound("bot")));
  }

  private static Optional<String> kind(@Nullable String text) {
    if (text != null && !KINDS.contains(text)) {
      throw HttpFailure.invalidValue(
          "kind", "kind must be one of: " + String.join(", ", KINDS) + ".", KINDS);
    }
    return Optional.ofNullable(text);
  }

  private static Optional<Instant> time(String field, @Nullable String text, int daysAfterDate) {
    return TimeOrDay.read(field, text).map(it -> it.start(daysAfterDate));
  }
}
