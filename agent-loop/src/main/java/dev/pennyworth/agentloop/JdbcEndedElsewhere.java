package dev.pennyworth.agentloop;

import dev.pennyworth.billing.TeamId;
import dev.pennyworth.billing.TurnId;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jdbi.v3.core.Jdbi;

/// Finds turns that ended in other processes, for all who wait in this one with a single look: if
/// each looked for himself, a thousand who wait would keep the pool busy. Whoever asks first after
/// a while looks for all.
final class JdbcEndedElsewhere {
  private static final Duration LOOKS_APART = Duration.ofMillis(500);

  private final Jdbi jdbi;
  private final TurnSignals signals;
  private final Set<Watch> watches = ConcurrentHashMap.newKeySet();
  private final AtomicLong lookedNanos = new AtomicLong(System.nanoTime());

  /// @param signals told of what is found
  JdbcEndedElsewhere(Jdbi jdbi, TurnSignals signals) {
    this.jdbi = jdbi;
    this.signals = signals;
  }

  /// Somebody who waits for a turn.
  final class Watch implements AutoCloseable {
    private final TeamId team;
    private final TurnId turn;
    private volatile boolean hasEnded;

    private Watch(TeamId team, TurnId turn) {
      this.team = team;
      this.turn = turn;
    }

    /// Whether the turn was found to have ended, now or by an earlier look.
    boolean hasEnded() {
      lookIfDue();
      return hasEnded;
    }

    private UUID teamUuid() {
      return team.uuid();
    }

    private UUID turnUuid() {
      return turn.uuid();
    }

    private void end() {
      hasEnded = true;
      signals.ended(turn);
    }

    @Override
    public void close() {
      watches.remove(this);
    }
  }

  Watch watch(TeamId team, TurnId turn) {
    var watch = new Watch(team, turn);
    watches.add(watch);
    return watch;
  }

  private void lookIfDue() {
    long last = lookedNanos.get();
    long now = System.nanoTime();
    if (now - last >= LOOKS_APART.toNanos() && lookedNanos.compareAndSet(last, now)) {
      var watched = List.copyOf(watches);
      var ended = ended(watched);
      watched.stream().filter(watch -> ended.contains(watch.turnUuid())).forEach(Watch::end);
    }
  }

  private Set<UUID> ended(List<Watch> watched) {
    return jdbi.withHandle(handle ->
        new HashSet<>(
            handle
                .createQuery(
                    """
                    SELECT t.turn_id
                    FROM unnest(:teams::uuid[], :turns::uuid[]) AS watched (team_id, turn_id)
                    JOIN turn t ON t.team_id = watched.team_id AND t.turn_id = watched.turn_id
                    WHERE t.status <> 'queued'
                    """)
                .bindArray("teams", UUID.class, watched.stream().map(Watch::teamUuid).toList())
                .bindArray("turns", UUID.class, watched.stream().map(Watch::turnUuid).toList())
                .mapTo(UUID.class)
                .list()));
  }
}
