package dev.pennyworth.botsapi.http;

import dev.pennyworth.connectors.HttpFailure;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.server.exceptions.ExceptionHandler;
import jakarta.inject.Singleton;

/// Answers with the failures that our own code throws.
@Singleton
final class HttpFailureHandler implements ExceptionHandler<HttpFailure, HttpResponse<?>> {
  private final ErrorAnswers answers;

  HttpFailureHandler(ErrorAnswers answers) {
    this.answers = answers;
  }

  @Override
  @SuppressWarnings("rawtypes")
  public HttpResponse<?> handle(HttpRequest request, HttpFailure failure) {
    return answers.of(failure);
  }
}
