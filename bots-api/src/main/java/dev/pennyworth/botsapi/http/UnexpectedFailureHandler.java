package dev.pennyworth.botsapi.http;

import dev.pennyworth.agentloop.JdbcOutage;
import dev.pennyworth.connectors.HttpFailure;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.server.exceptions.ExceptionHandler;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Answers what nobody foresaw: 503 while the database is away or overrun, else 500. Operators find
/// the cause in the log under the request's id; people outside are told nothing of it.
@Singleton
final class UnexpectedFailureHandler implements ExceptionHandler<Throwable, HttpResponse<?>> {
  private static final Logger LOG = LoggerFactory.getLogger(UnexpectedFailureHandler.class);
  private static final int CAUSES_MAX = 20;
  private static final Duration DATABASE_RETRY_AFTER = Duration.ofSeconds(2);

  private final ErrorAnswers answers;

  UnexpectedFailureHandler(ErrorAnswers answers) {
    this.answers = answers;
  }

  @Override
  @SuppressWarnings("rawtypes")
  public HttpResponse<?> handle(HttpRequest request, Throwable failure) {
    var wrapped = causes(failure).filter(HttpFailure.class::isInstance).findFirst();
    if (wrapped.isPresent()) {
      return answers.of((HttpFailure) wrapped.get());
    }
    if (JdbcOutage.isBehind(failure)) {
      LOG.warn("The database is away or overrun: {}", failure.getMessage());
      return answers.of(
          HttpFailure.unavailable(
              "database_unavailable",
              "The database cannot be reached just now. Try again in a moment.",
              DATABASE_RETRY_AFTER));
    }
    LOG.error("{} {} failed", request.getMethodName(), request.getPath(), failure);
    return answers.of(
        new HttpFailure(
            500,
            "internal_error",
            "Something went wrong on our side. Tell the operator the X-Request-Id of this answer."));
  }

  private static Stream<Throwable> causes(Throwable failure) {
    return Stream.<@Nullable Throwable>iterate(
            failure, cause -> cause != null, cause -> cause == null ? null : cause.getCause())
        .limit(CAUSES_MAX)
        .flatMap(Stream::ofNullable);
  }
}
