package dev.pennyworth.botsapi.accounts;

import dev.pennyworth.botsapi.http.ErrorAnswers;
import dev.pennyworth.connectors.HttpFailure;
import io.micronaut.context.annotation.Replaces;
import io.micronaut.http.HttpHeaders;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.MutableHttpResponse;
import io.micronaut.http.server.exceptions.ExceptionHandler;
import io.micronaut.security.authentication.AuthorizationException;
import io.micronaut.security.authentication.DefaultAuthorizationExceptionHandler;
import jakarta.inject.Singleton;

/// Answers who is not signed in, or may not come here.
@Singleton
@Replaces(DefaultAuthorizationExceptionHandler.class)
final class AuthorizationRefusals
    implements ExceptionHandler<AuthorizationException, MutableHttpResponse<?>> {
  private final ErrorAnswers answers;

  AuthorizationRefusals(ErrorAnswers answers) {
    this.answers = answers;
  }

  @Override
  @SuppressWarnings("rawtypes")
  public MutableHttpResponse<?> handle(HttpRequest request, AuthorizationException refusal) {
    return answers.of(failure(request, refusal));
  }

  private static HttpFailure failure(HttpRequest<?> request, AuthorizationException refusal) {
    if (refusal.isForbidden()) {
      return HttpFailure.forbidden("forbidden", "You may not do this.");
    }
    return request.getHeaders().contains(HttpHeaders.AUTHORIZATION)
        ? HttpFailure.unauthorized(
            "invalid_token",
            "The token or API key is wrong, has expired or was withdrawn. Sign in again or make a"
                + " new key.")
        : HttpFailure.unauthorized(
            "unauthorized",
            "Sign in first: send the header Authorization: Bearer <access token or API key>.");
  }
}
