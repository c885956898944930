package dev.pennyworth.connectors;

import dev.pennyworth.agentloop.RateState;
import io.micronaut.http.MutableHttpResponse;
import java.util.Map;

/// A rate limit in the headers of an answer: every answer of a limited route carries them.
public final class RateHeaders {
  private RateHeaders() {}

  /// Adds the headers to an answer.
  public static void add(MutableHttpResponse<?> answer, RateState state) {
    headers(state).forEach(answer::header);
  }

  /// The failure with the headers; one that has its own, because the limit is what refused it,
  /// keeps them.
  public static HttpFailure with(HttpFailure failure, RateState state) {
    var result = failure;
    for (var header : headers(state).entrySet()) {
      if (!failure.headers().containsKey(header.getKey())) {
        result = result.withHeader(header.getKey(), header.getValue());
      }
    }
    return result;
  }

  private static Map<String, String> headers(RateState state) {
    return Map.of(
        "X-RateLimit-Limit", Integer.toString(state.limit()),
        "X-RateLimit-Remaining", Integer.toString(state.remaining()),
        "X-RateLimit-Reset", Long.toString(state.resetsAt().getEpochSecond()));
  }
}
