package dev.pennyworth.botsapi.accounts;

import dev.pennyworth.botsapi.http.HttpAnswer;
import dev.pennyworth.botsapi.http.JdbcIdempotency;
import dev.pennyworth.botsapi.http.Pages;
import dev.pennyworth.connectors.HttpFailure;
import dev.pennyworth.connectors.Json;
import dev.pennyworth.connectors.RequestBody;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Delete;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.Post;
import io.micronaut.http.annotation.QueryValue;
import io.micronaut.security.annotation.Secured;
import io.micronaut.security.rules.SecurityRule;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// API keys of a team.
@Controller("/api/keys")
@Secured(SecurityRule.IS_AUTHENTICATED)
@Tag(name = "API keys")
public final class KeysController {
  private static final List<String> FIELDS = List.of("name");
  private static final int NAME_LENGTH_MAX = 100;

  private final JdbcApiKeys keys;
  private final JdbcIdempotency idempotency;
  private final Json json;

  KeysController(JdbcApiKeys keys, JdbcIdempotency idempotency, Json json) {
    this.keys = keys;
    this.idempotency = idempotency;
    this.json = json;
  }

  /// A page of keys.
  public record Listing(List<JdbcApiKeys.Listed> keys, @Nullable String nextCursor) {}

  /// What making a key takes.
  record Asked(String name) {}

  /// A key, shown once.
  record Shown(KeyId id, String name, String key) {}

  /// Lists keys, newest first, without their secrets.
  @Get
  public Listing list(
      Caller caller, @Nullable @QueryValue String limit, @Nullable @QueryValue String cursor) {
    var page = Pages.request(limit, cursor, KeyId::parse);
    var found = page.page(keys.list(caller, page.after(), page.rows()), key -> key.id().toString());
    return new Listing(found.rows(), found.nextCursor());
  }

  /// Makes a key. The answer is the only place that shows it.
  @Post
  @io.swagger.v3.oas.annotations.parameters.RequestBody(
      content = @Content(schema = @Schema(implementation = Asked.class)))
  @ApiResponse(
      responseCode = "201",
      description = "Made; the only answer that shows the key",
      content = @Content(schema = @Schema(implementation = Shown.class)))
  public HttpResponse<byte[]> create(Caller caller, HttpRequest<byte[]> request) {
    caller.require(Role::makesKeys, "make API keys");
    var body = RequestBody.read(json, request.getBody().orElse(new byte[0]), FIELDS);
    var name = body.required("name", body.text("name", 1, NAME_LENGTH_MAX));
    return idempotency.once(
        caller.team(),
        caller.user().toString(),
        request,
        tx -> {
          var key = keys.create(tx, caller, name);
          return HttpAnswer.created(new Shown(key.id(), key.name(), key.key().reveal()));
        });
  }

  /// Withdraws a key at once.
  @Delete("/{id}")
  @ApiResponse(responseCode = "204", description = "Withdrawn")
  public HttpResponse<?> delete(Caller caller, String id) {
    caller.require(Role::makesKeys, "withdraw API keys");
    if (!KeyId.parse(id).map(key -> keys.delete(caller, key)).orElse(false)) {
      throw HttpFailure.notFound("API key");
    }
    return HttpResponse.noContent();
  }
}
