package dev.pennyworth.botsapi.workspaces;

import dev.pennyworth.agentloop.WorkspaceTools.McpToolSettings;
import dev.pennyworth.billing.NanoUsd;
import dev.pennyworth.billing.ToolPrice;
import dev.pennyworth.botsapi.accounts.Caller;
import dev.pennyworth.botsapi.audit.AuditAction;
import dev.pennyworth.botsapi.audit.JdbcAudit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// What the audit log tells of tools and servers: how they are set up, what they cost, and their
/// headers by fingerprint. Every method joins the caller's transaction.
final class JdbcToolAudit {
  private final JdbcAudit audit;

  JdbcToolAudit(JdbcAudit audit) {
    this.audit = audit;
  }

  /// How a tool is set up, but for what it costs and its headers.
  private record Settings(
      String name,
      String description,
      String method,
      String url,
      String parameters,
      int timeoutMs,
      boolean enabled) {
    private static Settings of(OwnersTool tool) {
      var settings = tool.settings();
      return new Settings(
          settings.name(),
          settings.description(),
          settings.method(),
          settings.url().text(),
          settings.parameters(),
          settings.timeoutMillis(),
          settings.isEnabled());
    }
  }

  /// What a tool costs.
  ///
  /// @param priceId null: free
  private record Cost(
      Optional<String> priceId, NanoUsd priceCents, List<ToolTariff.RuleView> priceRules) {
    private static Cost of(Optional<ToolPrice> price) {
      var tariff = ToolTariff.of(price);
      return new Cost(price.map(it -> it.list().id()), tariff.base(), tariff.rulesView());
    }
  }

  /// A new tool, or one that is gone.
  private record Whole(Settings settings, Cost cost, Map<String, String> headers) {
    private static Whole of(OwnersTool tool) {
      return new Whole(Settings.of(tool), Cost.of(tool.price()), tool.headers().fingerprints());
    }
  }

  /// A server.
  private record Server(String name, String url, Map<String, String> headers) {
    private static Server of(OwnersServer server) {
      return new Server(server.name(), server.url(), server.headers().fingerprints());
    }
  }

  /// What is set for a tool of a server, but for what it costs.
  private record McpSettings(boolean enabled, long timeoutMs) {
    private static McpSettings of(McpToolSettings settings) {
      return new McpSettings(settings.isEnabled(), settings.timeout().toMillis());
    }
  }

  void created(Handle tx, Caller caller, OwnersTool tool) {
    record(tx, caller, AuditAction.TOOL_CREATED, tool.id(), null, Whole.of(tool));
  }

  void deleted(Handle tx, Caller caller, OwnersTool tool) {
    record(tx, caller, AuditAction.TOOL_DELETED, tool.id(), Whole.of(tool), null);
  }

  /// Notes what of this was changed, if anything.
  void changed(Handle tx, Caller caller, OwnersTool before, OwnersTool after) {
    var id = after.id();
    changed(tx, caller, AuditAction.TOOL_CHANGED, id, Settings.of(before), Settings.of(after));
    changed(
        tx,
        caller,
        AuditAction.TOOL_PRICE_CHANGED,
        id,
        Cost.of(before.price()),
        Cost.of(after.price()));
    changed(
        tx,
        caller,
        AuditAction.TOOL_HEADERS_CHANGED,
        id,
        before.headers().fingerprints(),
        after.headers().fingerprints());
  }

  void created(Handle tx, Caller caller, OwnersServer server) {
    record(tx, caller, AuditAction.MCP_SERVER_CREATED, server.id(), null, Server.of(server));
  }

  void deleted(Handle tx, Caller caller, OwnersServer server) {
    record(tx, caller, AuditAction.MCP_SERVER_DELETED, server.id(), Server.of(server), null);
  }

  void changed(Handle tx, Caller caller, OwnersServer before, OwnersServer after) {
    var id = after.id();
    changed(
        tx,
        caller,
        AuditAction.MCP_SERVER_CHANGED,
        id,
        Map.of("name", before.name(), "url", before.url()),
        Map.of("name", after.name(), "url", after.url()));
    changed(
        tx,
        caller,
        AuditAction.TOOL_HEADERS_CHANGED,
        id,
        before.headers().fingerprints(),
        after.headers().fingerprints());
  }

  /// Notes what was set for a tool of a server.
  void changed(
      Handle tx,
      Caller caller,
      McpServerId server,
      String tool,
      McpToolSettings before,
      McpToolSettings after) {
    String subject = server + "/" + tool;
    changed(
        tx,
        caller,
        AuditAction.MCP_TOOL_CHANGED,
        subject,
        McpSettings.of(before),
        McpSettings.of(after));
    changed(
        tx,
        caller,
        AuditAction.TOOL_PRICE_CHANGED,
        subject,
        Cost.of(before.price()),
        Cost.of(after.price()));
  }

  private void changed(
      Handle tx, Caller caller, AuditAction action, Object subject, Object before, Object after) {
    if (!before.equals(after)) {
      record(tx, caller, action, subject, before, after);
    }
  }

  private void record(
      Handle tx,
      Caller caller,
      AuditAction action,
      Object subject,
      @Nullable Object from,
      @Nullable Object to) {
    audit.record(tx, caller, action, subject.toString(), from, to);
  }
}
