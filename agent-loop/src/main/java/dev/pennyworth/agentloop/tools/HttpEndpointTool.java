package dev.pennyworth.agentloop.tools;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pennyworth.agentloop.WorkspaceTools;
import dev.pennyworth.agentloop.model.ToolSpec;
import dev.pennyworth.billing.ToolPrice;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import okhttp3.HttpUrl;
import okhttp3.MediaType;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;

/// An owner's tool that is one HTTP request.
final class HttpEndpointTool implements Tool {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final MediaType JSON_TYPE = MediaType.get("application/json");

  /// Methods without a body: what has no place in the address goes into the query.
  private static final Set<String> BODILESS = Set.of("GET", "DELETE");

  private static final int REDIRECTS_FROM = 300;
  private static final int ERRORS_FROM = 400;

  private final HttpToolConnection http;
  private final WorkspaceTools.HttpTool tool;
  private final ToolSpec spec;

  /// @param name under which it is offered
  HttpEndpointTool(HttpToolConnection http, WorkspaceTools.HttpTool tool, String name) {
    this.http = http;
    this.tool = tool;
    this.spec = new ToolSpec(name, tool.description(), tool.parametersJson());
  }

  @Override
  public ToolSpec spec() {
    return spec;
  }

  @Override
  public Optional<ToolPrice> price() {
    return tool.price();
  }

  @Override
  public Duration timeout() {
    return tool.timeout();
  }

  /// HTTP calls PUT and DELETE idempotent too, but few servers do.
  @Override
  public boolean isRepeatable() {
    return tool.method().equals("GET");
  }

  @Override
  public ToolResult call(String argumentsJson, ToolContext context) throws ToolFailed {
    var request = request(arguments(argumentsJson), context);
    try {
      var answer = http.ask(request, context.timeLeft(), HttpEndpointTool::read);
      if (answer.status() >= REDIRECTS_FROM) {
        throw new ToolFailed(answer.text());
      }
      return new ToolResult(answer.text());
    } catch (NoAnswer e) {
      if (e.isWritten() && !isRepeatable()) {
        throw ToolFailed.unknown(e.text());
      }
      throw new ToolFailed("The tool could not be called. " + e.text());
    }
  }

  private record Answer(int status, String text) {}

  private static Answer read(Response response) throws IOException {
    int status = response.code();
    if (status >= ERRORS_FROM) {
      return new Answer(
          status, "It answered %d: %s".formatted(status, HttpBodyText.beginning(response)));
    }
    if (status >= REDIRECTS_FROM) {
      return new Answer(
          status, "It answered %d, a redirect, which is not followed.".formatted(status));
    }
    var text = HttpBodyText.of(response);
    return new Answer(status, text.isBlank() ? "Done (status %d).".formatted(status) : text);
  }

  private static ObjectNode arguments(String json) throws ToolFailed {
    try {
      if (JSON.readTree(json) instanceof ObjectNode arguments) {
        return arguments;
      }
    } catch (JsonProcessingException _) {
      // told below
    }
    throw new ToolFailed("The arguments must be a JSON object.");
  }

  private Request.Builder request(ObjectNode arguments, ToolContext context) throws ToolFailed {
    var filled = UrlTemplate.fill(tool.url(), arguments);
    boolean hasBody = !BODILESS.contains(tool.method());
    try {
      var url = HttpUrl.get(filled.url());
      var request =
          new Request.Builder()
              .url(hasBody ? url : withQuery(url, filled.rest()))
              .header("User-Agent", "Pennyworth")
              .header("Accept", "application/json, text/*;q=0.9, */*;q=0.1")
              .header("Idempotency-Key", context.idempotencyKey());
      HttpToolConnection.addHeaders(request, tool.headers());
      var body = hasBody ? RequestBody.create(filled.rest().toString(), JSON_TYPE) : null;
      return request.method(tool.method(), body);
    } catch (IllegalArgumentException _) {
      throw new ToolFailed("The tool is set up wrongly: its address or a header is not valid.");
    }
  }

  private static HttpUrl withQuery(HttpUrl url, ObjectNode rest) {
    var builder = url.newBuilder();
    rest.properties()
        .forEach(argument -> {
          if (argument.getValue().isArray()) {
            argument.getValue().forEach(element -> add(builder, argument.getKey(), element));
          } else {
            add(builder, argument.getKey(), argument.getValue());
          }
        });
    return builder.build();
  }

  private static void add(HttpUrl.Builder builder, String name, JsonNode value) {
    if (!value.isNull()) {
      builder.addEncodedQueryParameter(
          UrlTemplate.encode(name), UrlTemplate.encode(UrlTemplate.text(value)));
    }
  }
}
