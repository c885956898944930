package dev.pennyworth.botsapi;

import dev.pennyworth.agentloop.Worker;
import dev.pennyworth.botsapi.events.CallbackRelay;
import dev.pennyworth.botsapi.events.EventRelay;
import dev.pennyworth.connectors.PlatformRelay;
import dev.pennyworth.connectors.PlatformSlots;
import io.micronaut.context.ApplicationContext;
import io.micronaut.runtime.graceful.GracefulShutdownManager;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The first part of a stop: no new request, no new turn, and some time for those that run.
/// Requests and turns drain side by side, because a request may wait for its turn. What is not
/// finished then goes back to the queue, and the next start finishes it. So do events that wait to
/// be told.
final class Drain implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Drain.class);

  /// After the worker, which has a patience of its own; all in all less than the 30 s after which
  /// service managers kill.
  private static final Duration REQUESTS_PATIENCE = Duration.ofSeconds(4);

  private final ApplicationContext application;

  Drain(ApplicationContext application) {
    this.application = application;
  }

  @Override
  public void close() {
    var requests =
        application
            .getBean(GracefulShutdownManager.class)
            .shutdownGracefully()
            .toCompletableFuture();
    application.destroyBean(PlatformSlots.class);
    application.getBean(EventRelay.class).stopTaking();
    application.getBean(CallbackRelay.class).stopTaking();
    application.getBean(PlatformRelay.class).stopTaking();
    application.destroyBean(Worker.class);
    application.destroyBean(EventRelay.class);
    application.destroyBean(CallbackRelay.class);
    application.destroyBean(PlatformRelay.class);
    await(requests);
  }

  private static void await(CompletableFuture<?> requests) {
    try {
      requests.get(REQUESTS_PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      LOG.warn("Some requests were cut off by the stop", e);
    }
  }
}
