package dev.pennyworth.botsapi.http;

import dev.pennyworth.connectors.HttpFailure;
import dev.pennyworth.connectors.Json;
import io.micronaut.http.MutableHttpResponse;
import java.util.Map;

/// Writes failures in the one shape of errors: `{"error":{"code","type","message","details"}}`.
public final class ErrorAnswers {
  private final Json json;

  public ErrorAnswers(Json json) {
    this.json = json;
  }

  public MutableHttpResponse<?> of(HttpFailure failure) {
    var response = JsonAnswers.of(failure.status(), body(failure));
    failure.headers().forEach(response::header);
    return response;
  }

  /// The body alone, for where there is no answer of its own.
  public byte[] body(HttpFailure failure) {
    return json.write(
        Map.of(
            "error",
            new ErrorBody(failure.code(), failure.type(), failure.message(), failure.details())));
  }

  private record ErrorBody(String code, String type, String message, Map<String, ?> details) {}
}
