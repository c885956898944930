package dev.pennyworth.connectors;

import dev.pennyworth.agentloop.RateState;
import io.micronaut.http.MutableHttpResponse;
import java.time.Instant;
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

  /// The refusal of a message that is one too many.
  public static HttpFailure tooMany(RateState state, Instant now) {
    return HttpFailure.tooManyRequests(
        "More than %d messages a minute for %s. Nothing was stored or charged; send it again later."
            .formatted(state.limit(), state.subject()),
        state.limit(),
        state.resetsAt(),
        now);
  }

  private static Map<String, String> headers(RateState state) {
    return Map.of(
        "X-RateLimit-Limit", Integer.toString(state.limit()),
        "X-RateLimit-Remaining", Integer.toString(state.remaining()),
        "X-RateLimit-Reset", Long.toString(state.resetsAt().getEpochSecond()));
  }
}
