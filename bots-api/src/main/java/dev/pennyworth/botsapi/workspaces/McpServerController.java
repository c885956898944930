package dev.pennyworth.botsapi.workspaces;

import dev.pennyworth.billing.NanoUsd;
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
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Servers of tools that speak the Model Context Protocol over streamable HTTP.
@Controller("/api/workspaces/{workspaceId}/mcp-servers")
@Secured(SecurityRule.IS_AUTHENTICATED)
@ExecuteOn(TaskExecutors.BLOCKING)
@Tag(name = "Tools")
public final class McpServerController {
  private static final String DEED = "change MCP servers";

  private final OwnersServers owners;
  private final OwnersMcpTools tools;
  private final OwnersWorkspaces workspaces;
  private final JdbcIdempotency idempotency;
  private final Json json;

  McpServerController(
      OwnersServers owners,
      OwnersMcpTools tools,
      OwnersWorkspaces workspaces,
      JdbcIdempotency idempotency,
      Json json) {
    this.owners = owners;
    this.tools = tools;
    this.workspaces = workspaces;
    this.idempotency = idempotency;
    this.json = json;
  }

  /// A page of servers.
  public record Listing(List<ServerView> mcpServers, @Nullable String nextCursor) {}

  /// What a server takes.
  public record ServerRequest(
      @Schema(description = "1-64 of a-z A-Z 0-9 _ -") String name,
      @Schema(description = "http or https") String url,
      @Nullable @Schema(description = "Write-only; at most 20. null removes one")
          Map<String, String> headers) {}

  /// What is set for a tool of a server.
  public record Change(
      @Nullable @Schema(defaultValue = "true") Boolean enabled,
      @Nullable @Schema(description = "What a call costs; 0 if left out, at most 10,000")
          NanoUsd priceCents,
      @Nullable @Schema(description = "At most 20") List<ToolRequest.Rule> priceRules,
      @Nullable @Schema(defaultValue = "20000", minimum = "100", maximum = "60000")
          Integer timeoutMs) {}

  /// Lists servers, newest first, without the values of their headers.
  @Get
  public Listing list(
      Caller caller,
      String workspaceId,
      @Nullable @QueryValue String limit,
      @Nullable @QueryValue String cursor) {
    var page = Pages.request(limit, cursor, McpServerId::parse);
    var workspace = WorkspaceController.id(workspaceId);
    var found = page.page(owners.list(caller.team(), workspace, page), it -> it.id().toString());
    return new Listing(found.rows().stream().map(ServerView::of).toList(), found.nextCursor());
  }

  /// Adds a server. It is not asked anything yet.
  @Post
  @io.swagger.v3.oas.annotations.parameters.RequestBody(
      content = @Content(schema = @Schema(implementation = ServerRequest.class)))
  @ApiResponse(
      responseCode = "201",
      description = "Made",
      content = @Content(schema = @Schema(implementation = ServerView.class)))
  public HttpResponse<byte[]> create(
      Caller caller, String workspaceId, HttpRequest<byte[]> request) {
    caller.require(Role::editsBots, DEED);
    var workspace = workspaces.require(caller.team(), WorkspaceController.id(workspaceId)).id();
    var body = body(request, OwnersServers.FIELDS);
    owners.checkUrl(body);
    return idempotency.once(
        caller.team(),
        caller.user().toString(),
        request,
        tx -> HttpAnswer.created(owners.create(tx, caller, workspace, body)));
  }

  /// Reads a server.
  @Get("/{serverId}")
  public ServerView read(Caller caller, String workspaceId, String serverId) {
    return ServerView.of(
        owners.require(caller.team(), WorkspaceController.id(workspaceId), id(serverId)));
  }

  /// Changes what is named.
  @Patch("/{serverId}")
  @io.swagger.v3.oas.annotations.parameters.RequestBody(
      content = @Content(schema = @Schema(implementation = ServerRequest.class)))
  public ServerView change(
      Caller caller, String workspaceId, String serverId, HttpRequest<byte[]> request) {
    caller.require(Role::editsBots, DEED);
    var workspace = WorkspaceController.id(workspaceId);
    var server = owners.require(caller.team(), workspace, id(serverId)).id();
    return owners.change(caller, workspace, server, body(request, OwnersServers.FIELDS));
  }

  /// Deletes a server, and what is set for its tools.
  @Delete("/{serverId}")
  @ApiResponse(responseCode = "204", description = "Deleted")
  public HttpResponse<?> delete(Caller caller, String workspaceId, String serverId) {
    caller.require(Role::editsBots, DEED);
    owners.delete(caller, WorkspaceController.id(workspaceId), id(serverId));
    return HttpResponse.noContent();
  }

  /// Asks the server for its tools, and lists them with what is set for each. A server that cannot
  /// be asked is told in `problem`.
  @Get("/{serverId}/tools")
  public OwnersMcpTools.Listing tools(Caller caller, String workspaceId, String serverId) {
    return tools.list(caller.team(), WorkspaceController.id(workspaceId), id(serverId));
  }

  /// Switches or prices a tool of the server; null brings a default back. Editors change all but
  /// the price, billing members the price alone.
  @Patch("/{serverId}/tools/{toolName}")
  @io.swagger.v3.oas.annotations.parameters.RequestBody(
      content = @Content(schema = @Schema(implementation = Change.class)))
  public McpToolView changeTool(
      Caller caller,
      String workspaceId,
      String serverId,
      String toolName,
      HttpRequest<byte[]> request) {
    caller.require(Role::changesBots, "change tools");
    var workspace = WorkspaceController.id(workspaceId);
    var server = owners.require(caller.team(), workspace, id(serverId)).id();
    var body = body(request, OwnersMcpTools.FIELDS);
    ToolRoles.requireFields(caller, body, OwnersMcpTools.FIELDS);
    return tools.change(caller, workspace, server, toolName, body);
  }

  private RequestBody body(HttpRequest<byte[]> request, List<String> fields) {
    return RequestBody.read(json, request.getBody().orElse(new byte[0]), fields);
  }

  private static McpServerId id(String text) {
    return McpServerId.parse(text).orElseThrow(OwnersServers::notFound);
  }
}
