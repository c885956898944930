package dev.pennyworth.botsapi.workspaces;

import dev.pennyworth.agentloop.WorkspaceId;
import dev.pennyworth.botsapi.accounts.Caller;
import dev.pennyworth.botsapi.accounts.Role;
import dev.pennyworth.botsapi.http.HttpAnswer;
import dev.pennyworth.botsapi.http.JdbcIdempotency;
import dev.pennyworth.botsapi.http.Pages;
import dev.pennyworth.botsapi.workspaces.JdbcWorkspaceRows.WorkspaceView;
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
import org.jspecify.annotations.Nullable;

/// Workspaces: sets of tools that bots use.
@Controller("/api/workspaces")
@Secured(SecurityRule.IS_AUTHENTICATED)
@ExecuteOn(TaskExecutors.BLOCKING)
@Tag(name = "Tools")
public final class WorkspaceController {
  private static final String DEED = "change workspaces";
  private static final int NAME_LENGTH_MAX = 100;

  private final OwnersWorkspaces owners;
  private final JdbcIdempotency idempotency;
  private final Json json;

  WorkspaceController(OwnersWorkspaces owners, JdbcIdempotency idempotency, Json json) {
    this.owners = owners;
    this.idempotency = idempotency;
    this.json = json;
  }

  /// A page of workspaces.
  public record Listing(List<WorkspaceView> workspaces, @Nullable String nextCursor) {}

  /// What a workspace takes.
  public record Named(@Schema(description = "1-100 characters") String name) {}

  /// Lists workspaces, newest first.
  @Get
  public Listing list(
      Caller caller, @Nullable @QueryValue String limit, @Nullable @QueryValue String cursor) {
    var page = Pages.request(limit, cursor, WorkspaceId::parse);
    var found = page.page(owners.list(caller.team(), page), it -> it.id().toString());
    return new Listing(found.rows(), found.nextCursor());
  }

  /// Makes a workspace.
  @Post
  @io.swagger.v3.oas.annotations.parameters.RequestBody(
      content = @Content(schema = @Schema(implementation = Named.class)))
  @ApiResponse(
      responseCode = "201",
      description = "Made",
      content = @Content(schema = @Schema(implementation = WorkspaceView.class)))
  public HttpResponse<byte[]> create(Caller caller, HttpRequest<byte[]> request) {
    caller.require(Role::editsBots, DEED);
    var name = name(request);
    return idempotency.once(
        caller.team(),
        caller.user().toString(),
        request,
        tx -> HttpAnswer.created(owners.create(tx, caller, name)));
  }

  /// Reads a workspace.
  @Get("/{workspaceId}")
  public WorkspaceView read(Caller caller, String workspaceId) {
    return owners.require(caller.team(), id(workspaceId));
  }

  /// Renames a workspace.
  @Patch("/{workspaceId}")
  @io.swagger.v3.oas.annotations.parameters.RequestBody(
      content = @Content(schema = @Schema(implementation = Named.class)))
  public WorkspaceView change(Caller caller, String workspaceId, HttpRequest<byte[]> request) {
    caller.require(Role::editsBots, DEED);
    var before = owners.require(caller.team(), id(workspaceId));
    var body = body(request);
    return body.names("name") ? owners.rename(caller, before.id(), name(body)) : before;
  }

  /// Deletes a workspace that no bot uses, with its tools. The team's default workspace stays.
  @Delete("/{workspaceId}")
  @ApiResponse(responseCode = "204", description = "Deleted")
  public HttpResponse<?> delete(Caller caller, String workspaceId) {
    caller.require(Role::editsBots, DEED);
    owners.delete(caller, id(workspaceId));
    return HttpResponse.noContent();
  }

  private String name(HttpRequest<byte[]> request) {
    return name(body(request));
  }

  private static String name(RequestBody body) {
    return body.required("name", body.text("name", 1, NAME_LENGTH_MAX));
  }

  private RequestBody body(HttpRequest<byte[]> request) {
    return RequestBody.read(json, request.getBody().orElse(new byte[0]), List.of("name"));
  }

  /// @throws dev.pennyworth.connectors.HttpFailure 404
  static WorkspaceId id(String text) {
    return WorkspaceId.parse(text).orElseThrow(OwnersWorkspaces::notFound);
  }
}
