package dev.pennyworth.botsapi;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntFunction;

/// Many who do the same at the same moment.
public final class TestingCrowd {
  private TestingCrowd() {}

  /// Does it `count` times in parallel, all beginning together, and collects what came of each.
  public static <T> List<T> atOnce(int count, IntFunction<T> deed) {
    var ready = new CountDownLatch(count);
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var tasks = new ArrayList<Callable<T>>();
      for (int i = 0; i < count; i++) {
        int number = i;
        tasks.add(() -> {
          ready.countDown();
          ready.await();
          return deed.apply(number);
        });
      }
      return threads.invokeAll(tasks).stream().map(TestingCrowd::result).toList();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static <T> T result(Future<T> done) {
    try {
      return done.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
