package dev.pennyworth.botsapi.accounts;

import io.micronaut.core.async.publisher.Publishers;
import io.micronaut.http.HttpRequest;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.security.authentication.Authentication;
import io.micronaut.security.filters.AuthenticationFetcher;
import jakarta.inject.Named;
import jakarta.inject.Singleton;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import org.reactivestreams.Publisher;

/// Reads `Authorization: Bearer …`, and `X-Team-Id`: the team that the caller means. A token that
/// does not hold counts as none: public routes answer also to who sends an old one.
@Singleton
final class BearerAuthentication implements AuthenticationFetcher<HttpRequest<?>> {
  private static final String SCHEME = "Bearer ";
  private static final String TEAM = "X-Team-Id";

  private final JdbcCallers callers;
  private final ExecutorService blocking;

  BearerAuthentication(
      JdbcCallers callers, @Named(TaskExecutors.BLOCKING) ExecutorService blocking) {
    this.callers = callers;
    this.blocking = blocking;
  }

  @Override
  public int getOrder() {
    return HIGHEST_PRECEDENCE;
  }

  @Override
  public Publisher<Authentication> fetchAuthentication(HttpRequest<?> request) {
    var team = Optional.ofNullable(request.getHeaders().get(TEAM));
    return bearer(request).map(it -> find(it, team)).orElseGet(Publishers::empty);
  }

  /// Off the event loop: it asks the database. A future of null is an empty publisher.
  private Publisher<Authentication> find(String bearer, Optional<String> team) {
    return Publishers.<Authentication>fromCompletableFuture(() ->
        CompletableFuture.supplyAsync(() -> callers.find(bearer, team).orElse(null), blocking));
  }

  private static Optional<String> bearer(HttpRequest<?> request) {
    return Optional.ofNullable(request.getHeaders().getAuthorization().orElse(null))
        .filter(header -> header.regionMatches(true, 0, SCHEME, 0, SCHEME.length()))
        .map(header -> header.substring(SCHEME.length()).strip());
  }
}
