package dev.pennyworth.agentloop;

import dev.pennyworth.billing.TeamId;
import dev.pennyworth.billing.ToolPrice;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/// The tools that a workspace offers, as its owner set them up. What he switched off is not in it.
public record WorkspaceTools(List<HttpTool> httpTools, List<McpServer> mcpServers) {
  public static final WorkspaceTools NONE = new WorkspaceTools(List.of(), List.of());

  public WorkspaceTools {
    httpTools = List.copyOf(httpTools);
    mcpServers = List.copyOf(mcpServers);
  }

  /// A tool that is one HTTP request.
  ///
  /// @param method `GET`, `POST`, `PUT`, `PATCH` or `DELETE`
  /// @param url a template: `{name}` stands for an argument
  /// @param parametersJson a JSON Schema of an object, passed through as it is
  /// @param headers by name; opened
  /// @param price empty: free
  public record HttpTool(
      String name,
      String description,
      String method,
      String url,
      String parametersJson,
      Map<String, SecretText> headers,
      Optional<ToolPrice> price,
      Duration timeout) {
    public HttpTool {
      headers = Map.copyOf(headers);
    }
  }

  /// A server of tools that speaks the Model Context Protocol: over streamable HTTP, or as a
  /// program that the operator set up.
  ///
  /// @param url http or https, or `stdio:` and the name of a program
  /// @param headers by name; opened
  /// @param tools what the owner set for single tools, by the server's name of them; a tool that is
  ///   not in it is on, free, and has the default timeout
  public record McpServer(
      TeamId team,
      UUID id,
      String name,
      URI url,
      Map<String, SecretText> headers,
      Map<String, McpToolSettings> tools) {
    public McpServer {
      headers = Map.copyOf(headers);
      tools = Map.copyOf(tools);
    }

    /// The name of the program that it is; empty for a server over HTTP.
    public Optional<String> program() {
      return programOf(url);
    }
  }

  /// The name of the program that an address stands for; empty for an address of HTTP.
  public static Optional<String> programOf(URI url) {
    return "stdio".equalsIgnoreCase(url.getScheme())
        ? Optional.of(url.getSchemeSpecificPart())
        : Optional.empty();
  }

  /// What an owner set for a tool of a server.
  ///
  /// @param price empty: free
  public record McpToolSettings(boolean isEnabled, Optional<ToolPrice> price, Duration timeout) {}
}
