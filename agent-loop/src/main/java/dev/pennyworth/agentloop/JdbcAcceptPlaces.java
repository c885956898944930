package dev.pennyworth.agentloop;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import dev.pennyworth.billing.BotId;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jdbi.v3.core.ConnectionException;

/// Lets few messages at a time to the database, and of each bot fewer: those of one bot would wait
/// for the row of its rate limit all the same, each with a connection in its hand that turns and
/// other bots need. Who waits here takes a virtual thread, and nothing else.
final class JdbcAcceptPlaces {
  /// Of the 16 connections of a process.
  private static final int PLACES = 12;

  private static final int OF_A_BOT = 4;

  /// Platforms lose patience sooner, and come again.
  private static final Duration WAIT_MAX = Duration.ofSeconds(60);

  private final Semaphore places = new Semaphore(PLACES, true);

  /// Each lives as long as somebody waits for it or has it.
  private final LoadingCache<BotId, Semaphore> ofBots =
      Caffeine.newBuilder().weakValues().build(_ -> new Semaphore(OF_A_BOT, true));

  <T> T take(BotId bot, Supplier<T> accept) {
    var ofBot = ofBots.get(bot);
    long endNanos = System.nanoTime() + WAIT_MAX.toNanos();
    acquire(ofBot, endNanos);
    try {
      acquire(places, endNanos);
      try {
        return accept.get();
      } finally {
        places.release();
      }
    } finally {
      ofBot.release();
    }
  }

  private static void acquire(Semaphore semaphore, long endNanos) {
    try {
      if (!semaphore.tryAcquire(endNanos - System.nanoTime(), TimeUnit.NANOSECONDS)) {
        throw busy("no place to accept a message became free in time");
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      throw busy("interrupted while a message waited to be accepted");
    }
  }

  /// As a pool says it whose connections are all taken.
  private static ConnectionException busy(String why) {
    return new ConnectionException(new SQLTransientConnectionException(why));
  }
}
