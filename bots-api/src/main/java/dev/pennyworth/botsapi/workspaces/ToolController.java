package dev.pennyworth.botsapi.workspaces;

import dev.pennyworth.botsapi.accounts.Caller;
import dev.pennyworth.botsapi.accounts.Role;
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
import org.jspecify.annotations.Nullable;

/// Tools of a workspace that are one HTTP request.
@Controller("/api/workspaces/{workspaceId}/tools")
@Secured(SecurityRule.IS_AUTHENTICATED)
@ExecuteOn(TaskExecutors.BLOCKING)
@Tag(name = "Tools")
public final class ToolController {
  private final OwnersTools owners;
  private final OwnersWorkspaces workspaces;
  private final JdbcIdempotency idempotency;
  private final Json json;

  ToolController(
      OwnersTools owners, OwnersWorkspaces workspaces, JdbcIdempotency idempotency, Json json) {
    this.owners = owners;
    this.workspaces = workspaces;
    this.idempotency = idempotency;
    this.json = json;
  }

  /// A page of tools.
  public record Listing(List<ToolView> tools, @Nullable String nextCursor) {}

  /// Lists tools, newest first, without the values of their headers.
  @Get
  public Listing list(
      Caller caller,
      String workspaceId,
      @Nullable @QueryValue String limit,
      @Nullable @QueryValue String cursor) {
    var page = Pages.request(limit, cursor, ToolId::parse);
    var workspace = WorkspaceController.id(workspaceId);
    var found = page.page(owners.list(caller.team(), workspace, page), it -> it.id().toString());
    return new Listing(
        found.rows().stream().map(it -> ToolView.of(it, json)).toList(), found.nextCursor());
  }

  /// Makes a tool. Only who moves the team's money sets a price.
  @Post
  @io.swagger.v3.oas.annotations.parameters.RequestBody(
      content = @Content(schema = @Schema(implementation = ToolRequest.class)))
  @ApiResponse(
      responseCode = "201",
      description = "Made",
      content = @Content(schema = @Schema(implementation = ToolView.class)))
  public HttpResponse<byte[]> create(
      Caller caller, String workspaceId, HttpRequest<byte[]> request) {
    caller.require(Role::editsBots, "make tools");
    var workspace = workspaces.require(caller.team(), WorkspaceController.id(workspaceId)).id();
    var body = body(request);
    owners.checkUrl(body);
    return idempotency.once(
        caller.team(),
        caller.user().toString(),
        request,
        tx -> HttpAnswer.created(owners.create(tx, caller, workspace, body)));
  }

  /// Reads a tool.
  @Get("/{toolId}")
  public ToolView read(Caller caller, String workspaceId, String toolId) {
    return owners.read(caller.team(), WorkspaceController.id(workspaceId), id(toolId));
  }

  /// Changes what is named; null brings a default back. Editors change all but the price, billing
  /// members the price alone.
  @Patch("/{toolId}")
  @io.swagger.v3.oas.annotations.parameters.RequestBody(
      content = @Content(schema = @Schema(implementation = ToolRequest.class)))
  public ToolView change(
      Caller caller, String workspaceId, String toolId, HttpRequest<byte[]> request) {
    caller.require(Role::changesBots, "change tools");
    var workspace = WorkspaceController.id(workspaceId);
    var tool = owners.read(caller.team(), workspace, id(toolId)).id();
    var body = body(request);
    ToolRoles.requireFields(caller, body, ToolSettings.FIELDS);
    return owners.change(caller, workspace, tool, body);
  }

  /// Deletes a tool. What it cost, and what was charged for it, stays.
  @Delete("/{toolId}")
  @ApiResponse(responseCode = "204", description = "Deleted")
  public HttpResponse<?> delete(Caller caller, String workspaceId, String toolId) {
    caller.require(Role::editsBots, "delete tools");
    owners.delete(caller, WorkspaceController.id(workspaceId), id(toolId));
    return HttpResponse.noContent();
  }

  private RequestBody body(HttpRequest<byte[]> request) {
    return RequestBody.read(json, request.getBody().orElse(new byte[0]), ToolSettings.FIELDS);
  }

  private static ToolId id(String text) {
    return ToolId.parse(text).orElseThrow(OwnersTools::notFound);
  }
}
