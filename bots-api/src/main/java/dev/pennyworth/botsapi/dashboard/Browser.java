package dev.pennyworth.botsapi.dashboard;

import dev.pennyworth.botsapi.accounts.BrowserCookies;
import dev.pennyworth.botsapi.http.PublicUrl;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.cookie.Cookie;
import io.micronaut.http.cookie.SameSite;
import java.time.Duration;
import java.util.Optional;

/// The cookies of the dashboard: what is in a request's, and how they are made.
final class Browser {
  static final String VISITOR = "pennyworth_visitor";
  static final String THEME = "pennyworth_theme";

  private static final Duration CHOICE_LIFETIME = Duration.ofDays(365);

  private final boolean isSecure;

  Browser(PublicUrl publicUrl) {
    this.isSecure = "https".equalsIgnoreCase(publicUrl.base().getScheme());
  }

  static Optional<String> value(HttpRequest<?> request, String name) {
    return request.getCookies().findCookie(name).map(Cookie::getValue);
  }

  /// The cookie that the request's forms are bound to: of who is signed in, else of the visitor.
  static Optional<String> bound(HttpRequest<?> request) {
    return value(request, BrowserCookies.SESSION).or(() -> value(request, VISITOR));
  }

  /// A cookie that scripts cannot read and other sites' forms do not send.
  Cookie cookie(String name, String value, Duration lifetime) {
    return Cookie.of(name, value)
        .path(BrowserCookies.PATH)
        .httpOnly(true)
        .secure(isSecure)
        .sameSite(SameSite.Lax)
        .maxAge(lifetime);
  }

  /// A cookie of something that is chosen, such as the theme.
  Cookie choice(String name, String value) {
    return cookie(name, value, CHOICE_LIFETIME);
  }

  /// Ends after the browser is closed.
  Cookie visitor(String value) {
    return Cookie.of(VISITOR, value)
        .path(BrowserCookies.PATH)
        .httpOnly(true)
        .secure(isSecure)
        .sameSite(SameSite.Lax);
  }

  /// Makes the browser forget a cookie.
  Cookie gone(String name) {
    return cookie(name, "", Duration.ZERO);
  }
}
