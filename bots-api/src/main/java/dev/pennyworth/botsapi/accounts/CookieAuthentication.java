package dev.pennyworth.botsapi.accounts;

import dev.pennyworth.agentloop.SecretText;
import io.micronaut.core.async.publisher.Publishers;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.cookie.Cookie;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.security.authentication.Authentication;
import io.micronaut.security.filters.AuthenticationFetcher;
import jakarta.inject.Named;
import jakarta.inject.Singleton;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import org.reactivestreams.Publisher;

/// Reads the session's cookie, at the dashboard's own paths only: a browser sends it along with
/// requests that another site makes it send, so the API must not know it.
@Singleton
final class CookieAuthentication implements AuthenticationFetcher<HttpRequest<?>> {
  private static final String BELOW = BrowserCookies.PATH + "/";

  private final JdbcCallers callers;
  private final ExecutorService blocking;

  CookieAuthentication(
      JdbcCallers callers, @Named(TaskExecutors.BLOCKING) ExecutorService blocking) {
    this.callers = callers;
    this.blocking = blocking;
  }

  @Override
  public Publisher<Authentication> fetchAuthentication(HttpRequest<?> request) {
    var path = request.getPath();
    if (!path.equals(BrowserCookies.PATH) && !path.startsWith(BELOW)) {
      return Publishers.empty();
    }
    var team = value(request, BrowserCookies.TEAM);
    return value(request, BrowserCookies.SESSION)
        .map(cookie -> find(new SecretText(cookie), team))
        .orElseGet(Publishers::empty);
  }

  /// Off the event loop: it asks the database. A future of null is an empty publisher.
  private Publisher<Authentication> find(SecretText cookie, Optional<String> team) {
    return Publishers.<Authentication>fromCompletableFuture(() ->
        CompletableFuture.supplyAsync(() -> callers.browsing(cookie, team).orElse(null), blocking));
  }

  private static Optional<String> value(HttpRequest<?> request, String name) {
    return request.getCookies().findCookie(name).map(Cookie::getValue);
  }
}
