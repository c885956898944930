package dev.pennyworth.botsapi.money;

import dev.pennyworth.billing.BotId;
import dev.pennyworth.billing.NanoUsd;
import dev.pennyworth.botsapi.accounts.Caller;
import dev.pennyworth.botsapi.accounts.Role;
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
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// What the team's bots used, in groups.
@Controller("/api/usage")
@Secured(SecurityRule.IS_AUTHENTICATED)
@ExecuteOn(TaskExecutors.BLOCKING)
@Tag(name = "Money")
public final class UsageController {
  private static final MediaType CSV = MediaType.of("text/csv;charset=utf-8");

  private final JdbcUsage usage;
  private final JdbcUsageDays days;

  UsageController(JdbcUsage usage, JdbcUsageDays days) {
    this.usage = usage;
    this.days = days;
  }

  /// A page of groups, and the sums over all of them.
  ///
  /// @param groups the dearest first; days in order
  public record Listing(
      String groupBy, List<Group> groups, Sums total, @Nullable String nextCursor) {}

  /// One group.
  ///
  /// @param key a bot's id, `provider/model`, a day, `platform/channel`, `platform/end user`, a
  ///   tool or a purpose; null for charges that have none
  /// @param name for people
  public record Group(
      Optional<String> key,
      Optional<String> name,
      NanoUsd costCents,
      NanoUsd billedCents,
      long calls,
      Tokens tokens) {}

  /// Sums over charges.
  ///
  /// @param costCents at list price
  /// @param billedCents what was taken from the wallet
  /// @param calls of models and tools
  public record Sums(NanoUsd costCents, NanoUsd billedCents, long calls, Tokens tokens) {}

  /// Tokens in disjoint buckets.
  public record Tokens(long input, long output, long cacheRead, long cacheWrite) {}

  /// Adds up what bots used, by `group_by`: bot (the default), model, day, channel, end_user, tool
  /// or purpose. `from` and `to` are days of the bots' own time zones, both included, or times, of
  /// which `to` is excluded. With `Accept: text/csv` as CSV, whose next cursor is in the header
  /// `X-Next-Cursor`.
  @Get
  @Produces({MediaType.APPLICATION_JSON, "text/csv"})
  @ApiResponse(
      responseCode = "200",
      description = "A page of groups",
      content = @Content(schema = @Schema(implementation = Listing.class)))
  HttpResponse<?> usage(
      Caller caller,
      HttpRequest<?> request,
      @Nullable @QueryValue("group_by") String groupBy,
      @Nullable @QueryValue String from,
      @Nullable @QueryValue String to,
      @Nullable @QueryValue String limit,
      @Nullable @QueryValue String cursor) {
    var listing = read(caller, groupBy, from, to, limit, cursor);
    return Csv.isWanted(request) ? csv(listing) : json(listing);
  }

  /// The same without a request.
  ///
  /// @throws HttpFailure 403, or 422 naming what cannot be
  public Listing read(
      Caller caller,
      @Nullable String groupBy,
      @Nullable String from,
      @Nullable String to,
      @Nullable String limit,
      @Nullable String cursor) {
    caller.require(Role::readsMoney, "read usage");
    var by = group(groupBy);
    var asked = Pages.request(limit, cursor, UsageController::place);
    var first = TimeOrDay.read("from", from);
    var last = TimeOrDay.read("to", to);
    var range =
        new JdbcUsage.Range(
            first.flatMap(TimeOrDay::asDay),
            last.flatMap(TimeOrDay::asDay),
            first.flatMap(TimeOrDay::asTime),
            last.flatMap(TimeOrDay::asTime));
    var found = usage.read(caller.team(), by, range, asked.after(), asked.rows());
    var page = asked.page(found.groups(), group -> write(by, group));
    return new Listing(
        by.word(),
        page.rows().stream().map(group -> view(by, group)).toList(),
        sums(found.total()),
        page.nextCursor());
  }

  /// The same by day, for charts; both ends included.
  ///
  /// @throws HttpFailure 403
  public JdbcUsageDays.Days days(Caller caller, LocalDate from, LocalDate to) {
    caller.require(Role::readsMoney, "read usage");
    return days.read(caller.team(), from, to);
  }

  /// What all bots together cost by day; both ends included.
  ///
  /// @throws HttpFailure 403
  public List<JdbcUsageDays.SpentDay> spent(Caller caller, LocalDate from, LocalDate to) {
    caller.require(Role::readsMoney, "read usage");
    return days.spent(caller.team(), from, to);
  }

  /// Groups as CSV, amounts exact.
  public static String csv(String groupBy, List<Group> groups) {
    return UsageCsv.write(groupBy, groups);
  }

  private static UsageGroup group(@Nullable String word) {
    return word == null
        ? UsageGroup.BOT
        : UsageGroup.parse(word)
            .orElseThrow(() ->
                HttpFailure.invalidValue(
                    "group_by",
                    "group_by must be one of: " + String.join(", ", UsageGroup.WORDS) + ".",
                    UsageGroup.WORDS));
  }

  private static String write(UsageGroup by, JdbcUsage.Group group) {
    long rank = by == UsageGroup.DAY ? 0 : Math.negateExact(group.sums().cost().nanos());
    return rank + " " + group.key().orElse("");
  }

  private static Optional<JdbcUsage.Place> place(String text) {
    int space = text.indexOf(' ');
    return space > 0 && text.substring(0, space).matches("0|-\\d{1,18}")
        ? Optional.of(
            new JdbcUsage.Place(
                Long.parseLong(text.substring(0, space)), text.substring(space + 1)))
        : Optional.empty();
  }

  private static Group view(UsageGroup by, JdbcUsage.Group group) {
    var sums = sums(group.sums());
    var key =
        by == UsageGroup.BOT
            ? group.key().map(id -> new BotId(UUID.fromString(id)).toString())
            : group.key();
    return new Group(
        key, group.name(), sums.costCents(), sums.billedCents(), sums.calls(), sums.tokens());
  }

  private static Sums sums(JdbcUsage.Sums sums) {
    var tokens = sums.tokens();
    return new Sums(
        sums.cost(),
        sums.billed(),
        sums.calls(),
        new Tokens(tokens.input(), tokens.output(), tokens.cacheRead(), tokens.cacheWrite()));
  }

  private static HttpResponse<?> json(Listing listing) {
    return HttpResponse.ok(listing).contentType(MediaType.APPLICATION_JSON_TYPE);
  }

  private static HttpResponse<?> csv(Listing listing) {
    var response =
        HttpResponse.ok(UsageCsv.write(listing.groupBy(), listing.groups()))
            .contentType(CSV)
            .header(HttpHeaders.CONTENT_DISPOSITION, "attachment; filename=\"usage.csv\"");
    return listing.nextCursor() == null
        ? response
        : response.header("X-Next-Cursor", listing.nextCursor());
  }
}
