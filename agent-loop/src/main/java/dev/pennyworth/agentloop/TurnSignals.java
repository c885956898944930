package dev.pennyworth.agentloop;

import dev.pennyworth.billing.StepKey;
import dev.pennyworth.billing.TurnId;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.Stream;

/// Tells requests that wait in this process what becomes of turns that run in this process: what a
/// model writes, that something was stored, the end. Telling never waits for who listens, and
/// nothing is kept of a turn that nobody watches.
final class TurnSignals {
  /// What one watcher has not read yet. Beyond that, pieces are dropped, and the next one's offset
  /// shows the gap.
  private static final int UNREAD_CHARACTERS_MAX = 256 * 1024;

  /// Platforms whose replies nobody waits for.
  private static final Set<String> SENT_BY_US = Set.of("telegram", "discord", "slack", "whatsapp");

  private final ConcurrentMap<TurnId, List<Watch>> ofTurns = new ConcurrentHashMap<>();
  private final ConcurrentMap<ConversationId, List<Watch>> ofConversations =
      new ConcurrentHashMap<>();
  private final WorkSignal callbacks;
  private final WorkSignal replies;

  /// @param callbacks raised when a turn has ended whose answer is to be posted
  /// @param replies raised when a turn has ended whose reply goes out to a platform
  TurnSignals(WorkSignal callbacks, WorkSignal replies) {
    this.callbacks = callbacks;
    this.replies = replies;
  }

  /// Somebody who waits for a turn. Begin to watch before looking at the turn, or its end may slip
  /// through between the look and the wait.
  final class Watch implements AutoCloseable {
    private final TurnId turn;
    private final boolean isForAll;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition isTold = lock.newCondition();
    private final Deque<Unread> texts = new ArrayDeque<>();
    private Optional<ConversationId> conversation = Optional.empty();
    private int unreadCharacters;
    private boolean hasNews;
    private boolean hasEnded;

    private Watch(TurnId turn, boolean isForAll) {
      this.turn = turn;
      this.isForAll = isForAll;
    }

    /// Text that has not been read, of one step and without a gap.
    private record Unread(int n, int offset, StringBuilder text) {
      boolean goesOnWith(int step, int at) {
        return n == step && offset + text.length() == at;
      }
    }

    /// From now on, hears of what is stored, too.
    void follow(ConversationId followed) {
      tell(() -> {
        if (conversation.isEmpty() && !hasEnded) {
          conversation = Optional.of(followed);
          add(ofConversations, followed, this);
        }
      });
    }

    /// Waits until the turn ends in this process or the time has passed, whichever is first.
    void awaitEnd(Duration timeout) throws InterruptedException {
      await(timeout, () -> hasEnded);
    }

    /// Waits until there is text, something was stored, the turn has ended in this process or the
    /// time has passed.
    void await(Duration timeout) throws InterruptedException {
      await(timeout, () -> hasEnded || hasNews || !texts.isEmpty());
    }

    private void await(Duration timeout, BooleanSupplier isDue) throws InterruptedException {
      long left = timeout.toNanos();
      lock.lockInterruptibly();
      try {
        while (left > 0 && !isDue.getAsBoolean()) {
          left = isTold.awaitNanos(left);
        }
        hasNews = false;
      } finally {
        lock.unlock();
      }
    }

    /// The oldest text that has not been read, in one piece.
    Optional<TurnEvent.Text> takeText() {
      lock.lock();
      try {
        return Optional.ofNullable(texts.poll())
            .map(unread -> {
              unreadCharacters -= unread.text().length();
              return new TurnEvent.Text(unread.n(), unread.offset(), unread.text().toString());
            });
      } finally {
        lock.unlock();
      }
    }

    private void write(int n, int offset, String piece) {
      tell(() -> {
        if (unreadCharacters + piece.length() > UNREAD_CHARACTERS_MAX) {
          return;
        }
        var last = texts.peekLast();
        if (last == null || !last.goesOnWith(n, offset)) {
          last = new Unread(n, offset, new StringBuilder());
          texts.add(last);
        }
        last.text().append(piece);
        unreadCharacters += piece.length();
      });
    }

    private void stored() {
      tell(() -> hasNews = true);
    }

    private void end() {
      tell(() -> hasEnded = true);
      close();
    }

    private void tell(Runnable what) {
      lock.lock();
      try {
        what.run();
        isTold.signalAll();
      } finally {
        lock.unlock();
      }
    }

    @Override
    public void close() {
      tell(() -> {
        remove(ofTurns, turn, this);
        conversation.ifPresent(it -> remove(ofConversations, it, this));
      });
    }
  }

  /// Hears of the end only.
  Watch watchEnd(TurnId turn) {
    return add(ofTurns, turn, new Watch(turn, false));
  }

  /// Hears of everything.
  Watch watch(TurnId turn) {
    return add(ofTurns, turn, new Watch(turn, true));
  }

  /// Takes what the model of a step writes, piece by piece. Not for several threads at once.
  Consumer<String> text(StepKey step) {
    return new Consumer<>() {
      private int offset;

      @Override
      public void accept(String piece) {
        if (!piece.isEmpty()) {
          all(ofTurns, step.turn())
              .filter(watch -> watch.isForAll)
              .forEach(watch -> watch.write(step.step(), offset, piece));
          offset += piece.length();
        }
      }
    };
  }

  /// A turn of this conversation has stored something.
  void stored(ConversationId conversation) {
    all(ofConversations, conversation).forEach(Watch::stored);
  }

  void ended(TurnId turn) {
    all(ofTurns, turn).forEach(Watch::end);
  }

  void ended(JdbcTurns.Waiting turn) {
    ended(turn.id());
    if (turn.callbackUrl().isPresent()) {
      callbacks.raise();
    }
    if (SENT_BY_US.contains(turn.platform())) {
      replies.raise();
    }
  }

  private static <K> Stream<Watch> all(ConcurrentMap<K, List<Watch>> watches, K key) {
    return watches.getOrDefault(key, List.of()).stream();
  }

  private static <K> Watch add(ConcurrentMap<K, List<Watch>> watches, K key, Watch watch) {
    watches.merge(
        key, List.of(watch), (old, one) -> Stream.concat(old.stream(), one.stream()).toList());
    return watch;
  }

  private static <K> void remove(ConcurrentMap<K, List<Watch>> watches, K key, Watch watch) {
    watches.computeIfPresent(
        key,
        (_, old) -> {
          var rest = old.stream().filter(other -> other != watch).toList();
          return rest.isEmpty() ? null : rest;
        });
  }
}
