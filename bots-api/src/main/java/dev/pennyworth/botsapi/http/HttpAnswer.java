package dev.pennyworth.botsapi.http;

import java.util.Optional;

/// A successful answer: a status, and what is written as JSON.
public record HttpAnswer(int status, Optional<Object> body) {
  public HttpAnswer {
    if (status < 200 || status > 299) {
      throw new IllegalArgumentException(
          "refusals are thrown as HttpFailure, not answered: " + status);
    }
  }

  public static HttpAnswer ok(Object body) {
    return new HttpAnswer(200, Optional.of(body));
  }

  public static HttpAnswer created(Object body) {
    return new HttpAnswer(201, Optional.of(body));
  }

  public static HttpAnswer accepted(Object body) {
    return new HttpAnswer(202, Optional.of(body));
  }

  public static HttpAnswer noContent() {
    return new HttpAnswer(204, Optional.empty());
  }
}
