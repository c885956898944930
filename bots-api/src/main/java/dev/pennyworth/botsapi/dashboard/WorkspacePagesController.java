package dev.pennyworth.botsapi.dashboard;

import dev.pennyworth.botsapi.accounts.Caller;
import dev.pennyworth.botsapi.accounts.Role;
import dev.pennyworth.botsapi.bots.BotView;
import dev.pennyworth.botsapi.workspaces.McpServerController;
import dev.pennyworth.botsapi.workspaces.OwnersMcpTools;
import dev.pennyworth.botsapi.workspaces.ToolController;
import dev.pennyworth.botsapi.workspaces.WorkspaceController;
import dev.pennyworth.connectors.HttpFailure;
import dev.pennyworth.connectors.Json;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Consumes;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.Post;
import io.micronaut.http.annotation.Produces;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.micronaut.security.annotation.Secured;
import io.micronaut.security.rules.SecurityRule;
import io.swagger.v3.oas.annotations.Hidden;
import java.util.ArrayList;
import java.util.Map;
import java.util.Optional;

/// Workspaces and their tools: list, switch and price them, and add more.
@Controller("/dashboard")
@Secured(SecurityRule.IS_AUTHENTICATED)
@ExecuteOn(TaskExecutors.BLOCKING)
@Produces(MediaType.TEXT_HTML)
@Consumes(MediaType.APPLICATION_FORM_URLENCODED)
@Hidden
final class WorkspacePagesController {
  private static final String LIST_WHOLE = "200";

  private final WorkspaceController workspaces;
  private final ToolController tools;
  private final McpServerController servers;
  private final BotPages bots;
  private final HtmlPages pages;
  private final Forms forms;
  private final Json json;

  WorkspacePagesController(
      WorkspaceController workspaces,
      ToolController tools,
      McpServerController servers,
      BotPages bots,
      HtmlPages pages,
      Forms forms,
      Json json) {
    this.workspaces = workspaces;
    this.tools = tools;
    this.servers = servers;
    this.bots = bots;
    this.pages = pages;
    this.forms = forms;
    this.json = json;
  }

  @Get("/tools")
  HttpResponse<?> list(Caller caller, HttpRequest<?> request) {
    return pages.show(request, listPage(caller, Form.empty()));
  }

  private HtmlPages.Page listPage(Caller caller, Form form) {
    return new HtmlPages.Page(
        200,
        "Tools",
        Optional.of(Section.TOOLS),
        "pages/workspaces",
        Map.of("form", form, "workspaces", workspaces.list(caller, LIST_WHOLE, null).workspaces()));
  }

  @Post("/tools")
  HttpResponse<?> make(Caller caller, HttpRequest<byte[]> request) {
    var form = forms.read(request);
    caller.require(Role::editsBots, "change workspaces");
    try {
      workspaces.create(caller, new FormJson(form).texts("name").request(json));
      return HtmlPages.seeOther(Section.TOOLS.path(), Notice.ADDED);
    } catch (HttpFailure failure) {
      return pages.show(request, listPage(caller, form.refused(failure)).refused(failure));
    }
  }

  @Get("/tools/{workspaceId}")
  HttpResponse<?> show(Caller caller, String workspaceId, HttpRequest<?> request) {
    return pages.show(request, page(caller, workspaceId, ToolForm.empty(), Form.empty()));
  }

  @Get("/bots/{id}/tools")
  HttpResponse<?> ofBot(Caller caller, String id, HttpRequest<?> request) {
    BotView bot = bots.bot(caller, id);
    var workspace = bot.workspaceId().toString();
    return pages.show(
        request,
        BotPages.page(bot, BotTab.TOOLS, Map.of("workspace", workspace(caller, workspace))));
  }

  private WorkspacePage workspace(Caller caller, String id) {
    var listed = new ArrayList<WorkspacePage.Server>();
    for (var server : servers.list(caller, id, LIST_WHOLE, null).mcpServers()) {
      OwnersMcpTools.Listing offered = servers.tools(caller, id, server.id().toString());
      listed.add(new WorkspacePage.Server(server, offered));
    }
    return new WorkspacePage(
        workspaces.read(caller, id), tools.list(caller, id, LIST_WHOLE, null).tools(), listed);
  }

  private HtmlPages.Page page(Caller caller, String id, Form tool, Form server) {
    var workspace = workspace(caller, id);
    return new HtmlPages.Page(
        200,
        workspace.workspace().name(),
        Optional.of(Section.TOOLS),
        "pages/workspace",
        Map.of("page", workspace, "toolForm", tool, "serverForm", server));
  }

  @Post("/tools/{workspaceId}/http")
  HttpResponse<?> addTool(Caller caller, String workspaceId, HttpRequest<byte[]> request) {
    var form = forms.read(request);
    caller.require(Role::editsBots, "make tools");
    try {
      tools.create(caller, workspaceId, ToolForm.body(form, json));
      return HtmlPages.seeOther("/dashboard/tools/" + workspaceId, Notice.ADDED);
    } catch (HttpFailure failure) {
      var page = page(caller, workspaceId, form.refused(failure), Form.empty());
      return pages.show(request, page.refused(failure));
    }
  }

  /// Switches or prices a tool.
  @Post("/tools/{workspaceId}/http/{toolId}")
  HttpResponse<?> changeTool(
      Caller caller, String workspaceId, String toolId, HttpRequest<byte[]> request) {
    var form = forms.read(request);
    tools.change(caller, workspaceId, toolId, ToolForm.change(caller, form).request(json));
    return HtmlPages.seeOther("/dashboard/tools/" + workspaceId, Notice.SAVED);
  }

  @Post("/tools/{workspaceId}/http/{toolId}/delete")
  HttpResponse<?> deleteTool(
      Caller caller, String workspaceId, String toolId, HttpRequest<byte[]> request) {
    forms.read(request);
    tools.delete(caller, workspaceId, toolId);
    return HtmlPages.seeOther("/dashboard/tools/" + workspaceId, Notice.REMOVED);
  }

  @Post("/tools/{workspaceId}/mcp")
  HttpResponse<?> addServer(Caller caller, String workspaceId, HttpRequest<byte[]> request) {
    var form = forms.read(request);
    caller.require(Role::editsBots, "change MCP servers");
    try {
      var body = new FormJson(form).texts("name", "url");
      ToolForm.header(form, body);
      servers.create(caller, workspaceId, body.request(json));
      return HtmlPages.seeOther("/dashboard/tools/" + workspaceId, Notice.ADDED);
    } catch (HttpFailure failure) {
      var page = page(caller, workspaceId, ToolForm.empty(), form.refused(failure));
      return pages.show(request, page.refused(failure));
    }
  }

  @Post("/tools/{workspaceId}/mcp/{serverId}/delete")
  HttpResponse<?> deleteServer(
      Caller caller, String workspaceId, String serverId, HttpRequest<byte[]> request) {
    forms.read(request);
    servers.delete(caller, workspaceId, serverId);
    return HtmlPages.seeOther("/dashboard/tools/" + workspaceId, Notice.REMOVED);
  }

  /// Switches or prices a tool of a server.
  @Post("/tools/{workspaceId}/mcp/{serverId}/{toolName}")
  HttpResponse<?> changeServersTool(
      Caller caller,
      String workspaceId,
      String serverId,
      String toolName,
      HttpRequest<byte[]> request) {
    var form = forms.read(request);
    servers.changeTool(
        caller, workspaceId, serverId, toolName, ToolForm.change(caller, form).request(json));
    return HtmlPages.seeOther("/dashboard/tools/" + workspaceId, Notice.SAVED);
  }

  @Post("/tools/{workspaceId}/delete")
  HttpResponse<?> delete(Caller caller, String workspaceId, HttpRequest<byte[]> request) {
    forms.read(request);
    workspaces.delete(caller, workspaceId);
    return HtmlPages.seeOther(Section.TOOLS.path(), Notice.REMOVED);
  }
}
