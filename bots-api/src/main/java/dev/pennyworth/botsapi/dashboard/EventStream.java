package dev.pennyworth.botsapi.dashboard;

import io.micronaut.http.sse.Event;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Semaphore;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Server-sent events, as the web server wants to have them: asked for piece by piece. They are
/// written by a virtual thread that waits for their source. For one subscriber.
final class EventStream implements Publisher<Event<String>> {
  private static final Logger LOG = LoggerFactory.getLogger(EventStream.class);

  /// Proxies cut connections that are silent for a minute.
  static final Duration SILENCE_MAX = Duration.ofSeconds(10);

  private static final int DEMAND_MAX = 1 << 20;

  /// Where events come from.
  interface Source extends AutoCloseable {
    /// Waits for the next events, no longer than [#SILENCE_MAX].
    List<Event<String>> next() throws InterruptedException;

    /// Whether nothing follows what was told.
    boolean hasEnded();

    @Override
    void close();
  }

  private final Source source;
  private final ExecutorService threads;

  EventStream(Source source, ExecutorService threads) {
    this.source = source;
    this.threads = threads;
  }

  @Override
  public void subscribe(Subscriber<? super Event<String>> subscriber) {
    var writing = new Writing(source, subscriber);
    subscriber.onSubscribe(writing);
    threads.execute(writing::run);
  }

  /// The thread that writes, and what the reader tells it.
  private static final class Writing implements Subscription {
    private final Source source;
    private final Subscriber<? super Event<String>> subscriber;
    private final Semaphore demand = new Semaphore(0);
    private final Queue<Event<String>> ready = new ArrayDeque<>();
    private volatile boolean isCanceled;

    private Writing(Source source, Subscriber<? super Event<String>> subscriber) {
      this.source = source;
      this.subscriber = subscriber;
    }

    @Override
    public void request(long count) {
      int room = DEMAND_MAX - demand.availablePermits();
      demand.release(Math.clamp(count, 0, Math.max(0, room)));
    }

    /// The reader is gone; what is told of goes on.
    @Override
    public void cancel() {
      isCanceled = true;
      demand.release();
    }

    private void run() {
      try (source) {
        while (!isCanceled && (!ready.isEmpty() || !source.hasEnded())) {
          if (ready.isEmpty()) {
            ready.addAll(source.next());
          } else {
            write(ready.remove());
          }
        }
        if (!isCanceled) {
          subscriber.onComplete();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        subscriber.onError(e);
      } catch (RuntimeException | Error e) {
        LOG.warn("a stream broke off; what it tells of goes on", e);
        subscriber.onError(e);
      }
    }

    private void write(Event<String> event) throws InterruptedException {
      demand.acquire();
      if (!isCanceled) {
        subscriber.onNext(event);
      }
    }
  }
}
