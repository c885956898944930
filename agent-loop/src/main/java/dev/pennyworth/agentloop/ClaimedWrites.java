package dev.pennyworth.agentloop;

import dev.pennyworth.billing.Alongside;
import dev.pennyworth.billing.Booking;
import dev.pennyworth.billing.HoldRequest;
import dev.pennyworth.billing.JdbcGate;
import dev.pennyworth.billing.Resolution;
import java.util.List;
import java.util.function.BiConsumer;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/// How a turn writes: money and what follows from it in one commit, and only by the latest claim. A
/// worker that was overtaken writes nothing.
final class ClaimedWrites {
  private static final Booking.Booked NOTHING = new Booking.Booked(List.of(), List.of());

  private final Jdbi jdbi;
  private final JdbcConversations conversations;
  private final JdbcGate gate;
  private final TurnSignals signals;

  ClaimedWrites(Jdbi jdbi, JdbcConversations conversations, JdbcGate gate, TurnSignals signals) {
    this.jdbi = jdbi;
    this.conversations = conversations;
    this.gate = gate;
    this.signals = signals;
  }

  /// Books and writes, again if the database was busy or away: an answer that is thrown away has
  /// been bought in vain.
  ///
  /// @param writing holds SQL only; sees what became of the bookings
  /// @throws ClaimLost if the claim is not the latest any more
  Booking.Booked write(
      Claim claim,
      List<Resolution> resolutions,
      List<HoldRequest> requests,
      BiConsumer<Handle, Booking.Booked> writing) {
    var booked = book(claim, resolutions, requests, writing);
    signals.stored(claim.conversation());
    return booked;
  }

  private Booking.Booked book(
      Claim claim,
      List<Resolution> resolutions,
      List<HoldRequest> requests,
      BiConsumer<Handle, Booking.Booked> writing) {
    var alongside = alongside(claim, writing);
    if (resolutions.isEmpty() && requests.isEmpty()) {
      JdbcRetries.useTransaction(
          jdbi,
          tx -> {
            alongside.before(tx);
            alongside.after(tx, NOTHING);
          });
      return NOTHING;
    }
    var booking = new Booking(claim.team(), resolutions, requests, alongside);
    return JdbcRetries.get(() -> gate.book(booking));
  }

  private Alongside alongside(Claim claim, BiConsumer<Handle, Booking.Booked> writing) {
    return new Alongside() {
      @Override
      public void before(Handle tx) {
        conversations.requireClaim(tx, claim);
      }

      @Override
      public void after(Handle tx, Booking.Booked booked) {
        writing.accept(tx, booked);
      }
    };
  }
}
