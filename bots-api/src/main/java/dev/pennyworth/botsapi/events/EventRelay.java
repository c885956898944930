package dev.pennyworth.botsapi.events;

import dev.pennyworth.agentloop.RelayLoop;
import dev.pennyworth.agentloop.WorkSignal;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/// Tells owners of events: fans them out, and makes the deliveries that are due. How it goes about
/// it is [RelayLoop].
public final class EventRelay implements AutoCloseable {
  private final RelayLoop<Claim, Optional<EndpointId>> loop;

  EventRelay(
      JdbcEventFanOut fanOut,
      JdbcDeliveries deliveries,
      DeliveryAttempt attempt,
      HttpWebhooks webhooks,
      WorkSignal signal,
      ExecutorService threads,
      RandomGenerator random) {
    this.loop =
        new RelayLoop<>(
            new Deliveries(fanOut, deliveries, attempt, webhooks), signal, threads, random);
  }

  /// Begins to work.
  public void start() {
    loop.start();
  }

  /// Takes no new work.
  public void stopTaking() {
    loop.stopTaking();
  }

  @Override
  public void close() {
    loop.close();
  }

  /// A way is an endpoint; empty for e-mail.
  private record Deliveries(
      JdbcEventFanOut fanOut,
      JdbcDeliveries deliveries,
      DeliveryAttempt attempt,
      HttpWebhooks webhooks)
      implements RelayLoop.Work<Claim, Optional<EndpointId>> {

    @Override
    public boolean round(RelayLoop<Claim, Optional<EndpointId>> loop) {
      boolean isFound = fanOut.relay() > 0;
      int places = loop.places();
      if (places == 0) {
        return isFound;
      }
      for (var due : deliveries.due(places, busy(loop), !loop.isBusy(Optional.empty()))) {
        if (loop.isRunning() && !loop.isBusy(due.endpoint())) {
          var claim = deliveries.claim(due);
          claim.ifPresent(loop::begin);
          isFound |= claim.isPresent();
        }
      }
      return isFound;
    }

    private static Set<EndpointId> busy(RelayLoop<Claim, Optional<EndpointId>> loop) {
      return loop.busy().stream().flatMap(Optional::stream).collect(Collectors.toSet());
    }

    @Override
    public Optional<EndpointId> way(Claim claim) {
      return claim.endpoint();
    }

    @Override
    public Object name(Claim claim) {
      return claim.delivery();
    }

    @Override
    public Runnable attempt(Claim claim) {
      var sent = attempt.send(claim);
      return () -> attempt.finish(claim, sent);
    }

    @Override
    public void giveBack(Claim claim) {
      deliveries.giveBack(claim);
    }

    @Override
    public void breakOff() {
      webhooks.close();
    }
  }
}
