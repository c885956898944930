package dev.pennyworth.botsapi.events;

import dev.pennyworth.agentloop.JdbcTurnReports;
import dev.pennyworth.agentloop.RelayLoop;
import dev.pennyworth.agentloop.WorkSignal;
import dev.pennyworth.billing.BotId;
import dev.pennyworth.botsapi.events.DeliveryOutcome.Failed;
import dev.pennyworth.botsapi.events.DeliveryOutcome.Refused;
import dev.pennyworth.botsapi.events.JdbcCallbacks.CallbackClaim;
import dev.pennyworth.connectors.CustomSignature;
import dev.pennyworth.connectors.Json;
import dev.pennyworth.connectors.TurnAnswer;
import dev.pennyworth.connectors.WebhookBots;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.random.RandomGenerator;

/// Posts the answers of turns to the callbacks that their senders named: the body that a waiting
/// sender would have got, signed as the sender signs. How it goes about it is [RelayLoop].
public final class CallbackRelay implements AutoCloseable {
  private final RelayLoop<CallbackClaim, BotId> loop;

  CallbackRelay(
      JdbcCallbacks callbacks,
      JdbcTurnReports reports,
      WebhookBots bots,
      HttpWebhooks webhooks,
      Json json,
      InstantSource clock,
      WorkSignal signal,
      ExecutorService threads,
      RandomGenerator random) {
    this.loop =
        new RelayLoop<>(
            new Callbacks(callbacks, reports, bots, webhooks, json, clock),
            signal,
            threads,
            random);
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

  private record Callbacks(
      JdbcCallbacks callbacks,
      JdbcTurnReports reports,
      WebhookBots bots,
      HttpWebhooks webhooks,
      Json json,
      InstantSource clock)
      implements RelayLoop.Work<CallbackClaim, BotId> {

    @Override
    public boolean round(RelayLoop<CallbackClaim, BotId> loop) {
      int places = loop.places();
      boolean isFound = false;
      if (places == 0) {
        return false;
      }
      for (var due : callbacks.due(places, loop.busy())) {
        if (loop.isRunning() && !loop.isBusy(due.bot())) {
          var claim = callbacks.claim(due);
          claim.ifPresent(loop::begin);
          isFound |= claim.isPresent();
        }
      }
      return isFound;
    }

    @Override
    public BotId way(CallbackClaim callback) {
      return callback.bot();
    }

    @Override
    public Object name(CallbackClaim callback) {
      return callback.turn();
    }

    @Override
    public Runnable attempt(CallbackClaim callback) {
      var outcome = send(callback);
      return () -> callbacks.finish(callback, outcome);
    }

    private DeliveryOutcome send(CallbackClaim callback) {
      if (callback.attempts() > JdbcCallbacks.ATTEMPTS_MAX) {
        return refused("The last attempts broke off with the process.");
      }
      var report = reports.find(callback.team(), callback.turn()).orElseThrow();
      var bot = bots.find(callback.bot());
      if (bot.isEmpty()) {
        return refused("Not sent: the bot was deleted, and its secret with it.");
      }
      byte[] body = json.write(TurnAnswer.of(report, json));
      var now = clock.instant();
      var headers = CustomSignature.headers(body, bot.get().secret(), now);
      return settled(webhooks.post(callback.url(), headers, body, now));
    }

    private static Refused refused(String why) {
      return new Refused(Optional.empty(), why, false);
    }

    /// What a receiver answers on purpose is not asked again.
    private static DeliveryOutcome settled(DeliveryOutcome outcome) {
      return outcome instanceof Failed(var status, var error, _)
              && status.filter(Callbacks::isFinal).isPresent()
          ? new Refused(status, error, false)
          : outcome;
    }

    private static boolean isFinal(int status) {
      return status < 500 && status != 408 && status != 425 && status != 429;
    }

    @Override
    public void giveBack(CallbackClaim callback) {
      callbacks.giveBack(callback);
    }

    @Override
    public void breakOff() {
      webhooks.close();
    }
  }
}
