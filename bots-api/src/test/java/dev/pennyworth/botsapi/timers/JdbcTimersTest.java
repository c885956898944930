package dev.pennyworth.botsapi.timers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pennyworth.agentloop.Eventually;
import dev.pennyworth.migrations.TestingDatabase;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class JdbcTimersTest {
  private static final Duration OFTEN = Duration.ofMillis(10);

  private final TestingDatabase database = TestingDatabase.create();

  @AfterEach
  void close() {
    database.close();
  }

  @Test
  void aTimerRunsAgainAndAgainAlsoAfterAFailure() {
    var runs = new AtomicInteger();
    var timer =
        new Timer(
            "failing",
            OFTEN,
            () -> {
              runs.incrementAndGet();
              throw new IllegalStateException("on purpose");
            });

    try (var timers = new JdbcTimers(database.dataSource(), List.of(timer))) {
      timers.start();
      Eventually.holds("three runs", () -> runs.get() >= 3);
    }
  }

  @Test
  void ofTwoProcessesOneRunsATimerAtATime() {
    var running = new AtomicInteger();
    var runs = new AtomicInteger();
    var overlapped = new AtomicBoolean();
    var timer =
        new Timer(
            "alone",
            OFTEN,
            () -> {
              if (running.incrementAndGet() > 1) {
                overlapped.set(true);
              }
              LockSupport.parkNanos(OFTEN.toNanos());
              running.decrementAndGet();
              runs.incrementAndGet();
            });

    try (var one = new JdbcTimers(database.dataSource(), List.of(timer));
        var other = new JdbcTimers(database.dataSource(), List.of(timer))) {
      one.start();
      other.start();
      Eventually.holds("some runs", () -> runs.get() >= 5);
    }

    assertThat(overlapped).isFalse();
  }

  @Test
  void aStopLetsWhatRunsFinishAndBeginsNothingMore() {
    var begun = new CountDownLatch(1);
    var mayEnd = new CountDownLatch(1);
    var finished = new AtomicInteger();
    var timer =
        new Timer(
            "slow",
            OFTEN,
            () -> {
              begun.countDown();
              await(mayEnd);
              finished.incrementAndGet();
            });
    var timers = new JdbcTimers(database.dataSource(), List.of(timer));
    timers.start();
    await(begun);

    var stop = Thread.ofVirtual().start(timers::close);
    mayEnd.countDown();
    join(stop);
    int runs = finished.get();

    assertThat(runs).isPositive();
    timers.close();
    assertThat(finished).hasValue(runs);
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
