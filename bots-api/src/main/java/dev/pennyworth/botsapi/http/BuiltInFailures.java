package dev.pennyworth.botsapi.http;

import dev.pennyworth.connectors.HttpFailure;
import io.micronaut.context.annotation.Replaces;
import io.micronaut.core.bind.exceptions.UnsatisfiedArgumentException;
import io.micronaut.core.convert.exceptions.ConversionErrorException;
import io.micronaut.core.naming.NameUtils;
import io.micronaut.http.HttpHeaders;
import io.micronaut.http.MediaType;
import io.micronaut.http.MutableHttpResponse;
import io.micronaut.http.server.exceptions.NotAllowedException;
import io.micronaut.http.server.exceptions.response.ErrorContext;
import io.micronaut.http.server.exceptions.response.ErrorResponseProcessor;
import io.micronaut.web.router.exceptions.UnsatisfiedRouteException;
import jakarta.inject.Singleton;
import java.util.Locale;
import java.util.TreeSet;

/// Puts the errors that the web framework finds by itself (no such route, wrong method, too large)
/// into our shape. Their own texts name classes and parsers, so none of them is passed on.
@Singleton
@Replaces(ErrorResponseProcessor.class)
final class BuiltInFailures implements ErrorResponseProcessor<Object> {
  private final ErrorAnswers answers;

  BuiltInFailures(ErrorAnswers answers) {
    this.answers = answers;
  }

  @Override
  public MutableHttpResponse<Object> processResponse(
      ErrorContext context, MutableHttpResponse<?> response) {
    var failure = failure(context, response.code());
    failure.headers().forEach((name, value) -> response.getHeaders().set(name, value));
    // Micronaut sets the type for its own body before it asks for one.
    response.getHeaders().remove(HttpHeaders.CONTENT_TYPE);
    return response
        .status(failure.status())
        .contentType(MediaType.APPLICATION_JSON_TYPE)
        .body((Object) answers.body(failure));
  }

  private static HttpFailure failure(ErrorContext context, int status) {
    return switch (status) {
      case 400 -> badRequest(context);
      case 401 -> HttpFailure.unauthorized("unauthorized", "Sign in first.");
      case 403 -> HttpFailure.forbidden("forbidden", "You may not do this.");
      case 404 -> new HttpFailure(404, "not_found", "There is nothing at this address.");
      case 405 -> methodNotAllowed(context);
      case 406 ->
          new HttpFailure(406, "not_acceptable", "This is not served in the type you accept.");
      case 413 -> HttpFailure.tooLarge("The request is larger than 1 MiB.");
      case 415 ->
          new HttpFailure(
              415,
              "unsupported_media_type",
              "Send JSON, with the header Content-Type: application/json.");
      default ->
          status < 500
              ? new HttpFailure(status, "bad_request", "The request cannot be answered.")
              : new HttpFailure(500, "internal_error", "Something went wrong on our side.");
    };
  }

  private static HttpFailure badRequest(ErrorContext context) {
    var argument =
        switch (context.getRootCause().orElse(null)) {
          case UnsatisfiedRouteException e -> e.getArgument();
          case UnsatisfiedArgumentException e -> e.getArgument();
          case ConversionErrorException e -> e.getArgument();
          case null, default -> null;
        };
    if (argument == null) {
      return HttpFailure.badRequest("bad_request", "The request cannot be understood.");
    }
    var field = NameUtils.underscoreSeparate(argument.getName()).toLowerCase(Locale.ROOT);
    return HttpFailure.invalidValue(field, "%s is missing or cannot be read.".formatted(field));
  }

  private static HttpFailure methodNotAllowed(ErrorContext context) {
    var failure =
        new HttpFailure(405, "method_not_allowed", "This address does not answer to this method.");
    return context.getRootCause().orElse(null) instanceof NotAllowedException e
        ? failure.with("allowed", new TreeSet<>(e.getAllowedMethods()))
        : failure;
  }
}
