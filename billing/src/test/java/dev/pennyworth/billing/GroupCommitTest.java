package dev.pennyworth.billing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class GroupCommitTest {
  private static final TeamId TEAM = new TeamId(UUID.randomUUID());
  private static final int CALLERS = 50;

  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final List<List<Booking>> commits = new CopyOnWriteArrayList<>();
  private final CountDownLatch firstIsCommitting = new CountDownLatch(1);
  private final CountDownLatch goOn = new CountDownLatch(1);

  @AfterEach
  void close() {
    threads.shutdownNow(); // without waiting: a caller who is left behind must not hang the tests
  }

  @Test
  void aLoneCallerCommitsHisOwnBookingOnHisOwnThread() {
    var committing = new ArrayList<Thread>();
    var group =
        new GroupCommit(bookings -> {
          committing.add(Thread.currentThread());
          return booked(bookings);
        });

    group.run(booking());
    group.run(booking());

    assertThat(committing).containsExactly(Thread.currentThread(), Thread.currentThread());
  }

  @Test
  void whoComesWhileAnotherCommitsSharesTheNextCommit() throws Exception {
    var group = new GroupCommit(bookings -> commitSlowly(bookings, _ -> false));
    var outcomes = queueUp(group, _ -> booking());

    for (var outcome : outcomes) {
      assertThat(outcome.get(10, TimeUnit.SECONDS)).isNotNull();
    }
    assertThat(commits).extracting(List::size).containsExactly(1, CALLERS);
  }

  @Test
  void eachCallerGetsTheOutcomeOfHisOwnBooking() throws Exception {
    var group =
        new GroupCommit(bookings -> {
          commitSlowly(bookings, _ -> false);
          return bookings.stream().map(GroupCommitTest::namedAfter).toList();
        });
    var bookings = new ArrayList<Booking>();
    for (int i = 0; i < CALLERS; i++) {
      bookings.add(booking());
    }
    var outcomes = queueUp(group, bookings::get);

    for (int i = 0; i < CALLERS; i++) {
      assertThat(outcomes.get(i).get(10, TimeUnit.SECONDS)).isEqualTo(namedAfter(bookings.get(i)));
    }
  }

  @Test
  void aBookingThatBreaksTakesNoNeighbourWithIt() throws Exception {
    var broken = booking();
    var group =
        new GroupCommit(bookings ->
            commitSlowly(bookings, booking -> booking.alongside().equals(broken.alongside())));
    var outcomes = queueUp(group, i -> i == 7 ? broken : booking());

    for (int i = 0; i < CALLERS; i++) {
      var outcome = outcomes.get(i);
      if (i == 7) {
        assertThatThrownBy(() -> outcome.get(10, TimeUnit.SECONDS))
            .isInstanceOf(ExecutionException.class)
            .hasRootCauseMessage("broken");
      } else {
        assertThat(outcome.get(10, TimeUnit.SECONDS)).isNotNull();
      }
    }
  }

  @Test
  void anErrorInTheCommitLeavesNobodyWaiting() throws Exception {
    var group =
        new GroupCommit(bookings -> {
          assertThat(commitSlowly(bookings, _ -> false)).isNotEmpty();
          throw new StackOverflowError("a commit that breaks down");
        });
    var first = threads.submit(() -> group.run(booking()));
    firstIsCommitting.await();
    var second = threads.submit(() -> group.run(booking()));
    while (group.waiting() < 1) {
      Thread.onSpinWait();
    }
    var third = threads.submit(() -> group.run(booking()));
    while (group.waiting() < 2) {
      Thread.onSpinWait();
    }
    goOn.countDown();

    for (var caller : List.of(first, second, third)) {
      assertThatThrownBy(() -> caller.get(10, TimeUnit.SECONDS))
          .isInstanceOf(ExecutionException.class);
    }
  }

  @Test
  void aCallerWhoIsInterruptedStillLearnsWhatBecameOfHisBooking() throws Exception {
    var group = new GroupCommit(bookings -> commitSlowly(bookings, _ -> false));
    var first = threads.submit(() -> group.run(booking()));
    firstIsCommitting.await();
    var isInterruptedAfterwards = new CopyOnWriteArrayList<Boolean>();
    var waiting =
        Thread.ofVirtual()
            .start(() -> {
              group.run(booking());
              isInterruptedAfterwards.add(Thread.currentThread().isInterrupted());
            });
    waiting.interrupt();
    goOn.countDown();
    waiting.join();

    assertThat(first.get()).isNotNull();
    assertThat(isInterruptedAfterwards).containsExactly(true);
    assertThat(commits).hasSize(2);
  }

  /// One caller commits, and only goes on once all others stand in line behind him.
  private List<Future<Booking.Booked>> queueUp(GroupCommit group, IntFunction<Booking> booking)
      throws Exception {
    var first = threads.submit(() -> group.run(booking()));
    firstIsCommitting.await();
    var outcomes = new ArrayList<Future<Booking.Booked>>();
    for (int i = 0; i < CALLERS; i++) {
      var one = booking.apply(i);
      Callable<Booking.Booked> call = () -> group.run(one);
      outcomes.add(threads.submit(call));
      while (group.waiting() <= i) {
        Thread.onSpinWait();
      }
    }
    goOn.countDown();
    assertThat(first.get(10, TimeUnit.SECONDS)).isNotNull();
    return outcomes;
  }

  private List<Booking.Booked> commitSlowly(List<Booking> bookings, Predicate<Booking> breaks) {
    firstIsCommitting.countDown();
    try {
      goOn.await();
    } catch (InterruptedException e) {
      throw new AssertionError("a commit was interrupted", e);
    }
    if (bookings.stream().anyMatch(breaks)) {
      throw new IllegalStateException("broken");
    }
    commits.add(bookings);
    return booked(bookings);
  }

  private static List<Booking.Booked> booked(List<Booking> bookings) {
    return bookings.stream().map(_ -> new Booking.Booked(List.of(), List.of())).toList();
  }

  private static Booking.Booked namedAfter(Booking booking) {
    var flag = Integer.toHexString(System.identityHashCode(booking));
    var charge = new Charge(NanoUsd.ZERO, NanoUsd.ZERO, List.of(flag));
    return new Booking.Booked(List.of(charge), List.of());
  }

  private static Booking booking() {
    return new Booking(TEAM, List.of(), List.of(), new Alongside() {});
  }
}
