package dev.pennyworth.botsapi.dashboard;

import io.micronaut.core.order.Ordered;
import io.micronaut.http.MutableHttpResponse;
import io.micronaut.http.annotation.ResponseFilter;
import io.micronaut.http.annotation.ServerFilter;

/// What browsers are told about every page: nothing on it runs but our own files, nobody frames it,
/// nobody keeps it.
@ServerFilter("/dashboard/**")
final class PageHeadersFilter implements Ordered {
  /// Forms lead to the payment provider's checkout, too.
  private static final String POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
          + " font-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'"
          + " https://checkout.stripe.com; base-uri 'none'; frame-ancestors 'none'";

  @Override
  public int getOrder() {
    return HIGHEST_PRECEDENCE;
  }

  @ResponseFilter
  void end(MutableHttpResponse<?> response) {
    var headers = response.getHeaders();
    headers.set("Content-Security-Policy", POLICY);
    headers.set("X-Content-Type-Options", "nosniff");
    headers.set("X-Frame-Options", "DENY");
    headers.set("Referrer-Policy", "same-origin");
    headers.set("Cross-Origin-Opener-Policy", "same-origin");
    headers.set("Permissions-Policy", "camera=(), geolocation=(), microphone=()");
    if (!headers.contains("Cache-Control")) {
      headers.set("Cache-Control", "no-store");
    }
  }
}
