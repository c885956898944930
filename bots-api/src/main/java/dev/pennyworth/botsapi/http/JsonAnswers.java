package dev.pennyworth.botsapi.http;

import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.MutableHttpResponse;

/// HTTP answers whose JSON is written already.
final class JsonAnswers {
  private JsonAnswers() {}

  /// @param json empty for no body
  static MutableHttpResponse<byte[]> of(int status, byte[] json) {
    MutableHttpResponse<byte[]> response = HttpResponse.status(status, reason(status));
    return json.length == 0
        ? response
        : response.contentType(MediaType.APPLICATION_JSON_TYPE).body(json);
  }

  private static String reason(int status) {
    return io.micronaut.http.HttpStatus.getDefaultReason(status);
  }
}
