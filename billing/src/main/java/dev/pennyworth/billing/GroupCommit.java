package dev.pennyworth.billing;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Lets concurrent bookings share commits.
///
/// Bookings queue up by team, in one of a few lines. Whoever finds nobody at work in his line
/// leads: he takes all that waits there, commits it in one transaction and hands the lead to the
/// next in line. So a lone caller waits for nobody and no thread but his own works for him, while
/// under load the commits, the round trips and the locks of a hot row are shared by all who came
/// meanwhile.
///
/// A booking that breaks takes nobody with it: the transaction is rolled back and each of its
/// bookings is committed alone. That is safe, whatever became of the first commit, because every
/// write has a key that makes a second one fail.
final class GroupCommit {
  private static final Logger LOG = LoggerFactory.getLogger(GroupCommit.class);

  /// Bounds how long a batch holds its locks.
  private static final int BATCH_MAX = 256;

  /// Two keep two cores busy: one works while the other waits for the disk.
  private static final int LINES = 2;

  private final List<Line> lines = new ArrayList<>();
  private final Function<List<Booking>, List<Booking.Booked>> commit;

  /// @param commit books all in one transaction and answers in the same order; throws if nothing
  ///   was written
  GroupCommit(Function<List<Booking>, List<Booking.Booked>> commit) {
    this.commit = commit;
    for (int i = 0; i < LINES; i++) {
      lines.add(new Line());
    }
  }

  /// Waits until the booking is committed.
  Booking.Booked run(Booking booking) {
    int line = Math.floorMod(booking.team().uuid().hashCode(), LINES);
    return lines.get(line).run(new Place(booking));
  }

  /// How many stand in line, those whose commit is under way not counted.
  int waiting() {
    return lines.stream().mapToInt(Line::size).sum();
  }

  /// One caller who waits.
  private static final class Place {
    private final Booking booking;
    private final Thread caller = Thread.currentThread();
    private volatile boolean leads;
    private volatile Optional<Booking.Booked> booked = Optional.empty();
    private volatile Optional<RuntimeException> failure = Optional.empty();

    Place(Booking booking) {
      this.booking = booking;
    }

    boolean isDone() {
      return booked.isPresent() || failure.isPresent();
    }

    void succeed(Booking.Booked outcome) {
      booked = Optional.of(outcome);
      LockSupport.unpark(caller);
    }

    void fail(RuntimeException reason) {
      failure = Optional.of(reason);
      LockSupport.unpark(caller);
    }

    Booking.Booked outcome() {
      return booked.orElseThrow(failure::orElseThrow);
    }
  }

  private final class Line {
    private final ReentrantLock lock = new ReentrantLock();
    private final Queue<Place> waiting = new ArrayDeque<>();
    private boolean isLed;

    Booking.Booked run(Place place) {
      join(place);
      boolean wasInterrupted = false;
      while (!place.leads && !place.isDone()) {
        LockSupport.park(this);
        wasInterrupted |= Thread.interrupted(); // the booking is under way: its outcome counts
      }
      if (place.leads) {
        wasInterrupted |= Thread.interrupted(); // others wait for what this thread commits
        lead();
      }
      if (wasInterrupted) {
        Thread.currentThread().interrupt();
      }
      return place.outcome();
    }

    private int size() {
      lock.lock();
      try {
        return waiting.size();
      } finally {
        lock.unlock();
      }
    }

    private void join(Place place) {
      lock.lock();
      try {
        waiting.add(place);
        if (!isLed) {
          isLed = true;
          place.leads = true;
        }
      } finally {
        lock.unlock();
      }
    }

    /// The leader is the first in line, so that his own booking is among those that he commits.
    private void lead() {
      List<Place> batch = List.of();
      try {
        batch = take();
        commitAll(batch);
      } finally {
        handOver();
        // Nobody is left behind, not even by an Error.
        batch.stream()
            .filter(place -> !place.isDone())
            .forEach(place ->
                place.fail(new IllegalStateException("whoever led the commit broke down")));
      }
    }

    private List<Place> take() {
      lock.lock();
      try {
        var batch = new ArrayList<Place>();
        while (batch.size() < BATCH_MAX && !waiting.isEmpty()) {
          batch.add(waiting.remove());
        }
        return batch;
      } finally {
        lock.unlock();
      }
    }

    private void handOver() {
      lock.lock();
      try {
        var next = Optional.ofNullable(waiting.peek());
        isLed = next.isPresent();
        next.ifPresent(place -> {
          place.leads = true;
          LockSupport.unpark(place.caller);
        });
      } finally {
        lock.unlock();
      }
    }
  }

  private void commitAll(List<Place> batch) {
    try {
      commitTogether(batch);
    } catch (RuntimeException e) {
      if (batch.size() == 1) {
        batch.getFirst().fail(e);
        return;
      }
      LOG.debug("a batch of {} bookings broke; each is committed alone", batch.size(), e);
      batch.forEach(place -> commitAll(List.of(place)));
    }
  }

  private void commitTogether(List<Place> batch) {
    var booked = commit.apply(batch.stream().map(place -> place.booking).toList());
    for (int i = 0; i < batch.size(); i++) {
      batch.get(i).succeed(booked.get(i));
    }
  }
}
