package dev.pennyworth.botsapi.openai;

import dev.pennyworth.agentloop.JdbcTurnWatch;
import dev.pennyworth.agentloop.TurnEvent;
import dev.pennyworth.agentloop.TurnReport;
import dev.pennyworth.billing.TurnId;
import dev.pennyworth.connectors.HttpFailure;
import io.micronaut.http.sse.Event;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Semaphore;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The body of a streamed answer, as the web server wants to have it: asked for piece by piece. It
/// is written by a virtual thread that waits for the turn's events. For one subscriber.
final class ChatStream implements Publisher<Event<String>> {
  private static final Logger LOG = LoggerFactory.getLogger(ChatStream.class);

  /// Proxies cut connections that are silent for a minute.
  private static final Duration SILENCE_MAX = Duration.ofSeconds(10);

  private static final int DEMAND_MAX = 1 << 20;

  /// What comes of a turn's end: more chunks, or a failure.
  interface Endings {
    /// @throws HttpFailure if the turn has no answer
    List<String> of(TurnReport report);

    /// A failure as it is told within a stream.
    String told(HttpFailure failure);
  }

  private final TurnId turn;
  private final JdbcTurnWatch watch;
  private final ChatChunks chunks;
  private final Endings endings;
  private final ExecutorService threads;
  private final long deadlineNanos;
  private final Queue<String> ready = new ArrayDeque<>();
  private boolean hasEnded;

  ChatStream(
      TurnId turn,
      JdbcTurnWatch watch,
      ChatChunks chunks,
      Endings endings,
      Duration patience,
      ExecutorService threads) {
    this.turn = turn;
    this.watch = watch;
    this.chunks = chunks;
    this.endings = endings;
    this.threads = threads;
    this.deadlineNanos = System.nanoTime() + patience.toNanos();
  }

  /// Waits until there is something to say.
  ///
  /// @throws HttpFailure if there will be nothing
  void awaitFirst() throws InterruptedException {
    while (ready.isEmpty()) {
      take(watch.next(timeLeft()));
    }
  }

  /// @throws HttpFailure if the turn has no answer, or patience has ended
  private void take(Optional<TurnEvent> event) {
    if (event.isEmpty() && !timeLeft().isPositive()) {
      throw ChatFailures.stillRunning(turn);
    }
    event.ifPresent(it -> {
      switch (it) {
        case TurnEvent.Text text -> ready.addAll(chunks.text(text));
        case TurnEvent.Ended ended -> {
          hasEnded = true;
          ready.addAll(endings.of(ended.report()));
        }
        case TurnEvent.StepBegan _, TurnEvent.StepFinished _ -> {} // seen in the receipt
      }
    });
  }

  private Duration timeLeft() {
    return Duration.ofNanos(deadlineNanos - System.nanoTime());
  }

  @Override
  public void subscribe(Subscriber<? super Event<String>> subscriber) {
    var writing = new Writing(subscriber);
    subscriber.onSubscribe(writing);
    threads.execute(writing::run);
  }

  /// The thread that writes, and what the reader tells it.
  private final class Writing implements Subscription {
    private final Subscriber<? super Event<String>> subscriber;
    private final Semaphore demand = new Semaphore(0);
    private volatile boolean isCanceled;

    private Writing(Subscriber<? super Event<String>> subscriber) {
      this.subscriber = subscriber;
    }

    @Override
    public void request(long count) {
      int room = DEMAND_MAX - demand.availablePermits();
      demand.release(Math.clamp(count, 0, Math.max(0, room)));
    }

    /// The client is gone; its turn goes on.
    @Override
    public void cancel() {
      isCanceled = true;
      demand.release();
    }

    private void run() {
      try (watch) {
        while (!isCanceled && (!ready.isEmpty() || !hasEnded)) {
          if (ready.isEmpty()) {
            fill();
          } else {
            write(ready.remove());
          }
        }
        complete();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        subscriber.onError(e);
      } catch (RuntimeException | Error e) {
        LOG.warn("the stream of {} broke off; its turn goes on", turn, e);
        subscriber.onError(e);
      }
    }

    private void write(String chunk) throws InterruptedException {
      demand.acquire();
      if (!isCanceled) {
        subscriber.onNext(Event.of(chunk));
      }
    }

    private void fill() throws InterruptedException {
      try {
        var event = watch.next(SILENCE_MAX);
        if (event.isEmpty()) {
          ready.add(chunks.quiet());
        }
        take(event);
      } catch (HttpFailure failure) {
        hasEnded = true;
        ready.clear();
        ready.add(endings.told(failure));
      }
    }

    private void complete() {
      if (!isCanceled) {
        subscriber.onComplete();
      }
    }
  }
}
