package dev.pennyworth.botsapi.dashboard;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pennyworth.botsapi.accounts.Caller;
import dev.pennyworth.connectors.Json;
import io.micronaut.core.order.Ordered;
import io.micronaut.http.HttpHeaders;
import io.micronaut.http.HttpMethod;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.ResponseFilter;
import io.micronaut.http.annotation.ServerFilter;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Makes pages of the errors that every part of the server answers with. Who is not signed in is
/// asked to. A script that asks for events is answered as the API answers.
@ServerFilter("/dashboard/**")
final class ErrorPagesFilter implements Ordered {
  private static final Logger LOG = LoggerFactory.getLogger(ErrorPagesFilter.class);

  private final HtmlPages pages;
  private final Json json;

  ErrorPagesFilter(HtmlPages pages, Json json) {
    this.pages = pages;
    this.json = json;
  }

  /// Before whoever may refuse a request: else it would not see the refusal.
  @Override
  public int getOrder() {
    return HIGHEST_PRECEDENCE + 1;
  }

  @ResponseFilter
  @ExecuteOn(TaskExecutors.BLOCKING)
  HttpResponse<?> end(HttpRequest<?> request, HttpResponse<?> response) {
    var isError =
        response.code() >= 400
            && response
                .getContentType()
                .filter(type -> type.matches(MediaType.APPLICATION_JSON_TYPE))
                .isPresent();
    if (!isError || wantsEvents(request)) {
      return response;
    }
    return response.code() == 401 ? signIn(request) : page(request, response);
  }

  private static boolean wantsEvents(HttpRequest<?> request) {
    return request.accept().stream().anyMatch(MediaType.TEXT_EVENT_STREAM_TYPE::matches)
        && request.accept().stream().noneMatch(MediaType.TEXT_HTML_TYPE::matches);
  }

  /// What was looked at comes back after signing in; what was sent does not.
  private static HttpResponse<?> signIn(HttpRequest<?> request) {
    var isLooking = request.getMethod() == HttpMethod.GET;
    var next = isLooking ? request.getUri().getRawPath() : Section.HOME.path();
    var path = "/dashboard/sign-in?next=" + URLEncoder.encode(next, StandardCharsets.UTF_8);
    return request.getHeaders().contains("HX-Request")
        ? HttpResponse.noContent().header("HX-Redirect", path)
        : HtmlPages.seeOther(path);
  }

  private HttpResponse<?> page(HttpRequest<?> request, HttpResponse<?> response) {
    var problem =
        new ErrorPage(
            response.code(),
            headline(response.code()),
            message(response),
            Caller.of(request).isPresent());
    try {
      var page =
          pages.show(
              request,
              new HtmlPages.Page(
                  response.code(),
                  problem.headline(),
                  Optional.empty(),
                  "pages/error",
                  Map.of("page", problem)));
      copy(response, page.getHeaders()::set, HttpHeaders.RETRY_AFTER);
      return page;
    } catch (RuntimeException e) {
      LOG.warn("no page can be made of an error: {}", e.toString());
      return response; // the database is away: what was answered says so
    }
  }

  private static void copy(HttpResponse<?> from, BiConsumer<String, String> to, String header) {
    Optional.ofNullable(from.getHeaders().get(header)).ifPresent(it -> to.accept(header, it));
  }

  private String message(HttpResponse<?> response) {
    return response
        .getBody()
        .filter(byte[].class::isInstance)
        .flatMap(body -> read((byte[]) body))
        .map(tree -> tree.at("/error/message").asText())
        .filter(text -> !text.isEmpty())
        .orElse("Something went wrong on our side.");
  }

  private Optional<JsonNode> read(byte[] body) {
    try {
      return Optional.of(json.read(body));
    } catch (IOException _) {
      return Optional.empty();
    }
  }

  private static String headline(int status) {
    return switch (status) {
      case 400 -> "This cannot be understood";
      case 402 -> "There is no money for this";
      case 403 -> "You may not do this";
      case 404 -> "There is nothing here";
      case 409 -> "This has changed meanwhile";
      case 413 -> "This is too large";
      case 422 -> "Something does not fit";
      case 429 -> "Too many at once";
      case 503 -> "Not just now";
      default -> status < 500 ? "This cannot be done" : "Something went wrong";
    };
  }
}
