package dev.pennyworth.connectors;

import dev.pennyworth.agentloop.RelayLoop;
import dev.pennyworth.billing.BotId;
import dev.pennyworth.connectors.JdbcOutbox.SendingClaim;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/// Finds the replies whose next part may go out now. A way is a bot; one that has used up its pace
/// is left out, so that it takes nothing from the others.
///
/// @param senders by platform
record ReplyWork(
    JdbcOutbox outbox,
    Map<String, PlatformSender> senders,
    PlatformPacing pacing,
    RestingReplies rests,
    ReplyAttempt attempts)
    implements RelayLoop.Work<SendingClaim, BotId> {

  @Override
  public boolean round(RelayLoop<SendingClaim, BotId> loop) {
    boolean isFound = beginRested(loop);
    int places = loop.places();
    if (places == 0) {
      return isFound;
    }
    for (var due : outbox.due(places, held(loop))) {
      isFound |= begin(loop, due.bot(), due.platform(), () -> outbox.claim(due)) == Begun.YES;
    }
    return isFound;
  }

  private Set<BotId> held(RelayLoop<SendingClaim, BotId> loop) {
    var held = new HashSet<>(loop.busy());
    held.addAll(pacing.exhausted());
    return held;
  }

  private boolean beginRested(RelayLoop<SendingClaim, BotId> loop) {
    boolean isFound = false;
    for (int left = rests.size(); left > 0 && loop.places() > 0; left--) {
      var rested = rests.poll();
      if (rested.isPresent()) {
        var claim = rested.get();
        var begun = begin(loop, claim.bot(), claim.platform(), () -> outbox.reclaim(claim));
        if (begun == Begun.NOT_NOW) {
          rests.putBack(claim);
        }
        isFound |= begun == Begun.YES;
      }
    }
    return isFound;
  }

  private enum Begun {
    YES,
    /// Somebody else has it.
    NO,
    NOT_NOW
  }

  private Begun begin(
      RelayLoop<SendingClaim, BotId> loop,
      BotId bot,
      String platform,
      Supplier<Optional<SendingClaim>> claims) {
    if (!loop.isRunning() || loop.isBusy(bot)) {
      return Begun.NOT_NOW;
    }
    var sender = Optional.ofNullable(senders.get(platform));
    if (sender.isPresent() && !pacing.takeOfBot(sender.get(), bot)) {
      return Begun.NOT_NOW;
    }
    var claim = claims.get();
    claim.ifPresentOrElse(
        loop::begin, () -> sender.ifPresent(found -> pacing.giveBackOfBot(found, bot)));
    return claim.isPresent() ? Begun.YES : Begun.NO;
  }

  @Override
  public BotId way(SendingClaim claim) {
    return claim.bot();
  }

  @Override
  public Object name(SendingClaim claim) {
    return claim.turn();
  }

  @Override
  public Runnable attempt(SendingClaim claim) {
    return attempts.attempt(claim);
  }

  @Override
  public void giveBack(SendingClaim claim) {
    outbox.abandon(claim);
  }

  @Override
  public void breakOff() {}
}
