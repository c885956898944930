package dev.pennyworth.botsapi.http;

import io.micronaut.context.propagation.slf4j.MdcPropagationContext;
import io.micronaut.core.order.Ordered;
import io.micronaut.core.propagation.MutablePropagatedContext;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.MutableHttpResponse;
import io.micronaut.http.annotation.RequestFilter;
import io.micronaut.http.annotation.ResponseFilter;
import io.micronaut.http.annotation.ServerFilter;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/// Gives every request an id, in its log lines and in its answer: the caller's `X-Request-Id`, or a
/// new one.
@ServerFilter("/**")
final class RequestIdFilter implements Ordered {
  private static final String HEADER = "X-Request-Id";
  private static final String ATTRIBUTE = "pennyworth.request_id";
  private static final String LOGGED_AS = "request_id";
  private static final Pattern ACCEPTED = Pattern.compile("[A-Za-z0-9._:-]{1,100}");

  private final Supplier<UUID> ids;

  RequestIdFilter(Supplier<UUID> ids) {
    this.ids = ids;
  }

  @Override
  public int getOrder() {
    return HIGHEST_PRECEDENCE;
  }

  @RequestFilter
  void begin(HttpRequest<?> request, MutablePropagatedContext context) {
    var id = idOf(request);
    request.setAttribute(ATTRIBUTE, id);
    context.add(new MdcPropagationContext(Map.of(LOGGED_AS, id)));
  }

  @ResponseFilter
  void end(HttpRequest<?> request, MutableHttpResponse<?> response) {
    response
        .getHeaders()
        .set(HEADER, request.getAttribute(ATTRIBUTE, String.class).orElseGet(() -> idOf(request)));
  }

  private String idOf(HttpRequest<?> request) {
    var theirs = request.getHeaders().get(HEADER);
    return theirs != null && ACCEPTED.matcher(theirs).matches() ? theirs : ids.get().toString();
  }
}
