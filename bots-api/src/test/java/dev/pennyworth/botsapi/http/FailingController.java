package dev.pennyworth.botsapi.http;

import io.micronaut.http.HttpRequest;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.Post;
import io.micronaut.http.annotation.QueryValue;
import io.micronaut.security.annotation.Secured;
import io.micronaut.security.rules.SecurityRule;
import io.swagger.v3.oas.annotations.Hidden;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Routes for tests: one that fails unforeseen, one that wants a number, one that tells its thread.
@Hidden
@Controller("/testing")
@Secured(SecurityRule.IS_ANONYMOUS)
public final class FailingController {
  static final String SECRET_OF_OURS = "an internal text with /paths and dev.pennyworth.Names";
  private static final Logger LOG = LoggerFactory.getLogger(FailingController.class);

  @Get("/fail")
  String fail() {
    throw new IllegalStateException(SECRET_OF_OURS);
  }

  @Get("/number")
  int number(@QueryValue int someNumber) {
    return someNumber;
  }

  @Get("/thread")
  boolean isVirtual() {
    LOG.info("asked for the thread");
    return Thread.currentThread().isVirtual();
  }

  /// Raised when `/testing/slow` has begun; it ends when [#MAY_END] is.
  public static final CountDownLatch HAS_BEGUN = new CountDownLatch(1);

  public static final CountDownLatch MAY_END = new CountDownLatch(1);

  @Get("/slow")
  String slow() throws InterruptedException {
    HAS_BEGUN.countDown();
    MAY_END.await();
    return "finished";
  }

  @Post("/size")
  int size(HttpRequest<byte[]> request) {
    return request.getBody().map(bytes -> bytes.length).orElse(0);
  }
}
