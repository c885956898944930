package dev.pennyworth.botsapi.graphql;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pennyworth.botsapi.accounts.Caller;
import dev.pennyworth.connectors.HttpFailure;
import dev.pennyworth.connectors.Json;
import dev.pennyworth.connectors.RequestBody;
import graphql.ExecutionInput;
import graphql.GraphQL;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Post;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.micronaut.security.annotation.Secured;
import io.micronaut.security.rules.SecurityRule;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// GraphQL over HTTP: one POST, one answer of `data` and `errors`.
@Controller("/graphql")
@Secured(SecurityRule.IS_ANONYMOUS)
@ExecuteOn(TaskExecutors.BLOCKING)
@Tag(name = "GraphQL")
final class GraphqlController {
  private static final int QUERY_LENGTH_MAX = 10_000;
  private static final int VARIABLES_MAX = 20;

  private final GraphQL graphql;
  private final Json json;

  GraphqlController(GraphQL graphql, Json json) {
    this.graphql = graphql;
    this.json = json;
  }

  /// What a query takes.
  record Asked(
      String query,
      @Nullable Map<String, Object> variables,
      @Nullable @Schema(name = "operationName") String operationName) {}

  /// Answers `{query, variables?, operationName?}`: availablePlans, availableBaseModels (public)
  /// and teamSubscription(teamId). Errors of a query are answered with 200 in `errors`.
  @Post
  @io.swagger.v3.oas.annotations.parameters.RequestBody(
      content = @Content(schema = @Schema(implementation = Asked.class)))
  HttpResponse<byte[]> query(@Nullable Caller caller, HttpRequest<byte[]> request) {
    var body =
        RequestBody.read(
            json,
            request.getBody().orElse(new byte[0]),
            List.of("query", "variables", "operationName", "extensions"));
    var input =
        ExecutionInput.newExecutionInput()
            .query(body.required("query", body.text("query", 1, QUERY_LENGTH_MAX)))
            .variables(body.tree("variables").map(GraphqlController::variables).orElse(Map.of()));
    body.text("operationName", 1, QUERY_LENGTH_MAX).ifPresent(input::operationName);
    if (caller != null) {
      input.graphQLContext(Map.of(Caller.class, caller));
    }
    var answer = graphql.execute(input.build()).toSpecification();
    return HttpResponse.ok(json.write(answer)).contentType(MediaType.APPLICATION_JSON_TYPE);
  }

  /// Every argument that there is takes a text.
  private static Map<String, Object> variables(JsonNode tree) {
    if (!tree.isObject() || tree.size() > VARIABLES_MAX) {
      throw HttpFailure.invalidValue(
          "variables", "variables must be an object of at most %d texts.".formatted(VARIABLES_MAX));
    }
    var variables = new HashMap<String, Object>();
    for (var variable : tree.properties()) {
      if (!variable.getValue().isNull()) {
        variables.put(variable.getKey(), variable.getValue().asText());
      }
    }
    return variables;
  }
}
