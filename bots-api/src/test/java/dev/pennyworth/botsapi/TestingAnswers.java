package dev.pennyworth.botsapi;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Predicate;

/// How the stub of a vendor answers its calls: as if all is well, unless a test says otherwise.
///
/// @param <C> a call that arrived
/// @param <A> how it is answered
final class TestingAnswers<C, A> {
  private final Function<C, String> bots;
  private final A good;
  private final Set<String> seen = ConcurrentHashMap.newKeySet();
  private volatile Set<String> past = Set.of();
  private volatile Function<C, A> how;

  /// @param bots whose call it is
  /// @param good as if all is well
  TestingAnswers(Function<C, String> bots, A good) {
    this.bots = bots;
    this.good = good;
    this.how = _ -> good;
  }

  /// Makes all well, and keeps it so for the bots that have called until now: what is left of an
  /// earlier test, such as a reply that is tried again, must not take an answer that the next test
  /// has for its own bot.
  void startOver() {
    how = _ -> good;
    past = Set.copyOf(seen);
  }

  void answer(Function<C, A> function) {
    how = function;
  }

  /// What the next calls of a kind are answered with, one after another; then all is well.
  void answer(Predicate<C> kind, List<A> first) {
    var left = new ArrayList<>(first);
    answer(call -> {
      synchronized (left) {
        return kind.test(call) && !left.isEmpty() ? left.removeFirst() : good;
      }
    });
  }

  A to(C call) {
    var bot = bots.apply(call);
    seen.add(bot);
    return past.contains(bot) ? good : how.apply(call);
  }
}
