package dev.pennyworth.botsapi.accounts;

import dev.pennyworth.billing.TeamId;
import dev.pennyworth.billing.TypedIds;
import dev.pennyworth.botsapi.http.HttpAnswer;
import dev.pennyworth.botsapi.http.JdbcIdempotency;
import dev.pennyworth.botsapi.http.Pages;
import dev.pennyworth.connectors.Json;
import dev.pennyworth.connectors.RequestBody;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Delete;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.Patch;
import io.micronaut.http.annotation.Post;
import io.micronaut.http.annotation.QueryValue;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.micronaut.security.annotation.Secured;
import io.micronaut.security.rules.SecurityRule;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/// Members of a team, and the teams of a person.
@Controller("/api")
@Secured(SecurityRule.IS_AUTHENTICATED)
@ExecuteOn(TaskExecutors.BLOCKING)
@Tag(name = "Team")
public final class TeamController {
  private static final List<String> NEW_MEMBER = List.of("email", "role");
  private static final List<String> CHANGE = List.of("role");
  private static final int EMAIL_LENGTH_MAX = 1_000;

  private final Jdbi jdbi;
  private final Members members;
  private final JdbcIdempotency idempotency;
  private final Json json;

  TeamController(Jdbi jdbi, Members members, JdbcIdempotency idempotency, Json json) {
    this.jdbi = jdbi;
    this.members = members;
    this.idempotency = idempotency;
    this.json = json;
  }

  /// A page of teams.
  record Teams(List<JdbcMembers.Membership> teams, @Nullable String nextCursor) {}

  /// A page of members.
  public record Listing(List<Members.MemberView> members, @Nullable String nextCursor) {}

  /// Whom to take into the team.
  ///
  /// @param role `owner`, `billing`, `editor` or `viewer`
  record Asked(String email, String role) {}

  /// What a member becomes.
  ///
  /// @param role `owner`, `billing`, `editor` or `viewer`
  record Change(String role) {}

  /// Lists the teams that you are a member of. Send the `id` of one in the header `X-Team-Id` of
  /// any other request to act in that team; without it you act in your personal team. An API key is
  /// of one team and lists only that.
  @Get("/teams")
  Teams teams(
      HttpRequest<?> request,
      @Nullable @QueryValue String limit,
      @Nullable @QueryValue String cursor) {
    var who = request.getUserPrincipal(SignedIn.class).orElseThrow();
    boolean isKey = who.session().isEmpty();
    Optional<TeamId> only = isKey ? Optional.of(who.caller().team()) : Optional.empty();
    var asked = Pages.request(limit, cursor, TeamId::parse);
    var page =
        asked.page(
            members.teamsOf(who.user(), only, asked.after(), asked.rows()),
            team -> team.id().toString());
    return new Teams(page.rows(), page.nextCursor());
  }

  /// Lists the team's members and those who are invited.
  @Get("/team/members")
  public Listing list(
      Caller caller, @Nullable @QueryValue String limit, @Nullable @QueryValue String cursor) {
    var asked = Pages.request(limit, cursor, text -> TypedIds.parse("", text));
    var page =
        asked.page(
            members.list(caller.team(), asked.after(), asked.rows()), member -> key(member.id()));
    return new Listing(page.rows(), page.nextCursor());
  }

  /// Takes somebody into the team: at once if there is an account with this e-mail, else he is
  /// invited and joins when he registers, also where registration is closed. For owners.
  @Post("/team/members")
  @io.swagger.v3.oas.annotations.parameters.RequestBody(
      content = @Content(schema = @Schema(implementation = Asked.class)))
  @ApiResponse(
      responseCode = "201",
      description = "A member, or invited",
      content = @Content(schema = @Schema(implementation = Members.MemberView.class)))
  public HttpResponse<byte[]> add(Caller caller, HttpRequest<byte[]> request) {
    caller.require(Role::managesTeam, "manage members");
    var body = read(request, NEW_MEMBER);
    var email =
        EmailAddress.parse(body.required("email", body.text("email", 1, EMAIL_LENGTH_MAX)))
            .orElseThrow(() -> body.invalid("email", EmailAddress.ALLOWED));
    var role = role(body);
    return idempotency.once(
        caller.team(),
        caller.user().toString(),
        request,
        tx -> HttpAnswer.created(members.add(tx, caller, email, role)));
  }

  /// Gives a member, or somebody who is invited, another role. A team keeps an owner. For owners.
  @Patch("/team/members/{id}")
  @io.swagger.v3.oas.annotations.parameters.RequestBody(
      content = @Content(schema = @Schema(implementation = Change.class)))
  public Members.MemberView change(Caller caller, String id, HttpRequest<byte[]> request) {
    caller.require(Role::managesTeam, "manage members");
    return jdbi.inTransaction(
        tx -> members.change(tx, caller, id, () -> role(read(request, CHANGE))));
  }

  /// Removes a member, whose access and API keys of this team end at once, or takes an invitation
  /// back. For owners; everybody may leave, but the last owner.
  @Delete("/team/members/{id}")
  @ApiResponse(responseCode = "204", description = "Removed")
  public HttpResponse<?> remove(Caller caller, String id) {
    jdbi.useTransaction(tx -> members.remove(tx, caller, id));
    return HttpResponse.noContent();
  }

  private RequestBody read(HttpRequest<byte[]> request, List<String> known) {
    return RequestBody.read(json, request.getBody().orElse(new byte[0]), known);
  }

  private static Role role(RequestBody body) {
    return Role.ofWord(body.required("role", body.choice("role", Role.WORDS)));
  }

  /// Users and invitations page together, by what their ids have in common.
  private static String key(String id) {
    return TypedIds.print("", UserId.parse(id).map(UserId::uuid).orElseGet(() -> invited(id)));
  }

  private static UUID invited(String id) {
    return InvitationId.parse(id).map(InvitationId::uuid).orElseThrow();
  }
}
