package dev.pennyworth.botsapi.audit;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// What may be done that the audit log keeps.
public enum AuditAction {
  BOT_CREATED("bot.created"),
  BOT_CAPS_CHANGED("bot.caps_changed"),
  BOT_BILLING_MODE_CHANGED("bot.billing_mode_changed"),
  /// Keys of the bot's own: its provider's and its platform's.
  BOT_SECRETS_CHANGED("bot.secrets_changed"),
  BOT_WEBHOOK_SECRET_ROTATED("bot.webhook_secret_rotated"),
  BOT_ACTIVATED("bot.activated"),
  BOT_PAUSED("bot.paused"),
  BOT_DELETED("bot.deleted"),
  KEY_CREATED("key.created"),
  KEY_DELETED("key.deleted"),
  MEMBER_INVITED("member.invited"),
  MEMBER_ADDED("member.added"),
  MEMBER_JOINED("member.joined"),
  MEMBER_ROLE_CHANGED("member.role_changed"),
  MEMBER_REMOVED("member.removed"),
  MEMBER_LEFT("member.left"),
  INVITATION_WITHDRAWN("invitation.withdrawn"),
  PLAN_CHANGED("plan.changed"),
  LIMITS_CHANGED("limits.changed"),
  AUTO_RELOAD_CHANGED("auto_reload.changed"),
  PRICE_CHANGED("price.changed"),
  ENDPOINT_CREATED("webhook_endpoint.created"),
  ENDPOINT_CHANGED("webhook_endpoint.changed"),
  ENDPOINT_DELETED("webhook_endpoint.deleted"),
  ENDPOINT_SECRET_ROTATED("webhook_endpoint.secret_rotated"),
  WORKSPACE_CREATED("workspace.created"),
  WORKSPACE_CHANGED("workspace.changed"),
  WORKSPACE_DELETED("workspace.deleted"),
  TOOL_CREATED("tool.created"),
  TOOL_CHANGED("tool.changed"),
  /// Of HTTP tools and of tools of MCP servers.
  TOOL_PRICE_CHANGED("tool.price_changed"),
  /// Headers by fingerprint; also those of MCP servers.
  TOOL_HEADERS_CHANGED("tool.headers_changed"),
  TOOL_DELETED("tool.deleted"),
  MCP_SERVER_CREATED("mcp_server.created"),
  MCP_SERVER_CHANGED("mcp_server.changed"),
  MCP_SERVER_DELETED("mcp_server.deleted"),
  /// A tool of a server was switched, or got another timeout.
  MCP_TOOL_CHANGED("mcp_tool.changed");

  private final String word;

  AuditAction(String word) {
    this.word = word;
  }

  /// The word that the database and HTTP use.
  public String word() {
    return word;
  }

  static Optional<AuditAction> parse(String word) {
    return Arrays.stream(values()).filter(action -> action.word.equals(word)).findFirst();
  }

  public static List<String> words() {
    return Arrays.stream(values()).map(AuditAction::word).toList();
  }
}
