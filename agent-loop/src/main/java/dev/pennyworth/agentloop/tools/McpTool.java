package dev.pennyworth.agentloop.tools;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.pennyworth.agentloop.McpCatalogue.ListedTool;
import dev.pennyworth.agentloop.WorkspaceTools.McpServer;
import dev.pennyworth.agentloop.model.ToolSpec;
import dev.pennyworth.billing.ToolPrice;
import io.modelcontextprotocol.spec.McpSchema.CallToolResult;
import java.time.Duration;
import java.util.Optional;

/// A tool of an owner's MCP server.
final class McpTool implements Tool {
  /// Where the owner set nothing.
  private static final Duration TIMEOUT_DEFAULT = Duration.ofSeconds(20);

  private final McpConnections client;
  private final McpServer server;
  private final ListedTool tool;
  private final ToolSpec spec;

  /// @param name under which it is offered
  McpTool(McpConnections client, McpServer server, ListedTool tool, String name) {
    this.client = client;
    this.server = server;
    this.tool = tool;
    this.spec = new ToolSpec(name, tool.description(), tool.parametersJson());
  }

  @Override
  public ToolSpec spec() {
    return spec;
  }

  @Override
  public Optional<ToolPrice> price() {
    var settings = server.tools().get(tool.name());
    return settings == null ? Optional.empty() : settings.price();
  }

  @Override
  public Duration timeout() {
    var settings = server.tools().get(tool.name());
    return settings == null ? TIMEOUT_DEFAULT : settings.timeout();
  }

  @Override
  public boolean isRepeatable() {
    return tool.isReadOnly() || tool.isIdempotent();
  }

  @Override
  public ToolResult call(String argumentsJson, ToolContext context) throws ToolFailed {
    var result = ask(argumentsJson, context);
    var text = McpMessages.text(result);
    if (Boolean.TRUE.equals(result.isError())) {
      throw new ToolFailed(text.isBlank() ? "The tool failed and did not say why." : text);
    }
    return new ToolResult(text.isBlank() ? "Done." : text);
  }

  private CallToolResult ask(String argumentsJson, ToolContext context) throws ToolFailed {
    try {
      var request = McpMessages.call(tool.name(), argumentsJson, context.idempotencyKey());
      return client.call(server, request, context.timeLeft());
    } catch (JsonProcessingException _) {
      throw new ToolFailed("The arguments are not JSON.");
    } catch (McpRefused e) {
      throw new ToolFailed("The tool refused the call. " + e.text());
    } catch (IllegalArgumentException _) {
      throw new ToolFailed("The tool's server is set up wrongly.");
    } catch (NoAnswer e) {
      if (e.isWritten() && !isRepeatable()) {
        throw ToolFailed.unknown(e.text());
      }
      throw new ToolFailed("The tool could not be called. " + e.text());
    }
  }
}
