package dev.pennyworth.billing;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/// Money that goes back to whoever paid: refunds and disputes.
///
/// What a provider tells is kept as facts that only ever grow, and [#book] moves the wallet by the
/// difference between what follows from them and what is booked. So the order and the number of
/// news do not matter. The wallet gives what is available; the rest is the house's.
final class JdbcReversals {
  private final JdbcLedger ledger;
  private final JdbcEvents events;

  JdbcReversals(JdbcLedger ledger, JdbcEvents events) {
    this.ledger = ledger;
    this.events = events;
  }

  /// Takes in how much was refunded until now. Joins the caller's transaction, which has locked the
  /// payment.
  void record(Handle tx, Payment payment, PaymentNews.RefundedSoFar refunded) {
    tx.createUpdate(
            """
            UPDATE payment
            SET refund_told_nanos = GREATEST(refund_told_nanos, :told)
            WHERE team_id = :team AND payment_id = :payment
            """)
        .bind("told", refunded.amount().nanos())
        .bind("team", payment.team().uuid())
        .bind("payment", payment.id())
        .execute();
    book(tx, payment.ref());
  }

  /// Takes in one refund or dispute. Joins the caller's transaction, which has locked the payment.
  void record(Handle tx, Payment payment, PaymentNews.Reversal reversal) {
    if (reversal.amount().nanos() <= 0) {
      return;
    }
    tx.createUpdate(
            """
            INSERT INTO payment_reversal AS r (team_id, payment_id, reversal_id, kind, state, amount_nanos)
            VALUES (:team, :payment, :reversal, :kind, :state, :amount)
            ON CONFLICT (team_id, payment_id, reversal_id) DO UPDATE
            SET state = GREATEST(r.state, excluded.state)
            """)
        .bind("team", payment.team().uuid())
        .bind("payment", payment.id())
        .bind("reversal", reversal.id())
        .bind("kind", reversal.kind().name().toLowerCase(Locale.ROOT))
        .bind("state", rank(reversal.state()))
        .bind("amount", reversal.amount().nanos())
        .execute();
    book(tx, payment.ref());
  }

  /// A later state has a higher number, and the highest that was told stands.
  private static int rank(PaymentNews.Reversal.State state) {
    return switch (state) {
      case NOTICED -> 0;
      case TAKEN -> 1;
      case RETURNED -> 2;
    };
  }

  /// Moves the wallet to where the facts say. A payment that is not credited has nothing to give
  /// back. Joins the caller's transaction, which has locked the payment.
  void book(Handle tx, PaymentRef ref) {
    var booked = read(tx, ref);
    if (booked.isEmpty()) {
      return;
    }
    var refunds = move(tx, ref, booked.get(), Side.REFUND, facts(tx, ref).refunded(booked.get()));
    move(tx, ref, refunds, Side.DISPUTE, facts(tx, ref).disputed());
  }

  private enum Side {
    REFUND(Posting.Kind.REFUND, Posting.Kind.REFUND, EventType.PAYMENT_REFUNDED),
    DISPUTE(Posting.Kind.DISPUTE, Posting.Kind.DISPUTE_WON, EventType.PAYMENT_DISPUTED);

    private final Posting.Kind taken;
    private final Posting.Kind returned;
    private final EventType event;

    Side(Posting.Kind taken, Posting.Kind returned, EventType event) {
      this.taken = taken;
      this.returned = returned;
      this.event = event;
    }
  }

  /// What is booked of one side: all of it, and the house's part.
  private record Sum(NanoUsd all, NanoUsd uncovered) {}

  private record Booked(NanoUsd paid, NanoUsd told, Sum refunds, Sum disputes, int count) {
    Sum of(Side side) {
      return side == Side.REFUND ? refunds : disputes;
    }

    Booked with(Side side, Sum sum) {
      return side == Side.REFUND
          ? new Booked(paid, told, sum, disputes, count + 1)
          : new Booked(paid, told, refunds, sum, count + 1);
    }
  }

  private record Facts(NanoUsd refundsNamed, NanoUsd refundsFailed, NanoUsd disputed) {
    /// Refunds are told one by one, or as a sum, or both: whichever is more, less those that
    /// failed.
    NanoUsd refunded(Booked booked) {
      var told = booked.told().minus(refundsFailed);
      var most = told.compareTo(refundsNamed) > 0 ? told : refundsNamed;
      return most.min(booked.paid());
    }
  }

  private Booked move(Handle tx, PaymentRef ref, Booked booked, Side side, NanoUsd goal) {
    var sum = booked.of(side);
    var more = goal.minus(sum.all());
    if (more.nanos() == 0) {
      return booked;
    }
    // What the house bore comes back to the house first.
    var house =
        more.isNegative()
            ? sum.uncovered().min(more.negated()).negated()
            : more.minus(JdbcWallets.lock(tx, ref.team()).available().min(more));
    var next = booked.with(side, new Sum(goal, sum.uncovered().plus(house)));
    post(tx, ref, next.count(), side, more, house);
    write(tx, ref, next);
    return next;
  }

  private void post(
      Handle tx, PaymentRef ref, int count, Side side, NanoUsd amount, NanoUsd house) {
    var kind = amount.isNegative() ? side.returned : side.taken;
    var wallet = amount.minus(house).negated();
    var lines = new ArrayList<Posting.Line>();
    lines.add(new Posting.Line(Posting.Account.WALLET, wallet));
    if (house.nanos() != 0) {
      lines.add(new Posting.Line(Posting.Account.HOUSE, house.negated()));
    }
    lines.add(new Posting.Line(Posting.Account.CASH, amount));
    var key = kind.word() + "/" + ref.id() + "/" + count;
    var flags = house.nanos() == 0 ? List.<String>of() : List.of("uncovered");
    ledger.append(
        tx, ref.team(), new Posting(key, kind, Optional.empty(), lines, flags), NanoUsd.ZERO);
    events.append(
        tx,
        ref.team(),
        new Event(
            side.event,
            key,
            Map.of(
                "payment_id", ref.id().toString(),
                "kind", kind.word(),
                "amount_nanos", amount.nanos(),
                "wallet_nanos", wallet.nanos(),
                "uncovered_nanos", house.nanos())));
  }

  private static Optional<Booked> read(Handle tx, PaymentRef ref) {
    return tx.createQuery(
            """
            SELECT COALESCE(paid_nanos, amount_nanos) AS paid, refund_told_nanos, refunded_nanos,
              refund_uncovered_nanos, disputed_nanos, dispute_uncovered_nanos, reversals
            FROM payment
            WHERE team_id = :team AND payment_id = :payment AND status = 'paid'
            """)
        .bind("team", ref.team().uuid())
        .bind("payment", ref.id())
        .map((row, _) ->
            new Booked(
                new NanoUsd(row.getLong("paid")),
                new NanoUsd(row.getLong("refund_told_nanos")),
                new Sum(
                    new NanoUsd(row.getLong("refunded_nanos")),
                    new NanoUsd(row.getLong("refund_uncovered_nanos"))),
                new Sum(
                    new NanoUsd(row.getLong("disputed_nanos")),
                    new NanoUsd(row.getLong("dispute_uncovered_nanos"))),
                row.getInt("reversals")))
        .findOne();
  }

  private static Facts facts(Handle tx, PaymentRef ref) {
    return tx.createQuery(
            """
            SELECT
              COALESCE(sum(amount_nanos) FILTER (WHERE kind = 'refund' AND state = 1), 0),
              COALESCE(sum(amount_nanos) FILTER (WHERE kind = 'refund' AND state = 2), 0),
              COALESCE(sum(amount_nanos) FILTER (WHERE kind = 'dispute' AND state = 1), 0)
            FROM payment_reversal
            WHERE team_id = :team AND payment_id = :payment
            """)
        .bind("team", ref.team().uuid())
        .bind("payment", ref.id())
        .map((row, _) ->
            new Facts(
                new NanoUsd(row.getLong(1)),
                new NanoUsd(row.getLong(2)),
                new NanoUsd(row.getLong(3))))
        .one();
  }

  private static void write(Handle tx, PaymentRef ref, Booked booked) {
    tx.createUpdate(
            """
            UPDATE payment
            SET refunded_nanos = :refunded,
              refund_uncovered_nanos = :refund_uncovered,
              disputed_nanos = :disputed,
              dispute_uncovered_nanos = :dispute_uncovered,
              reversals = :count
            WHERE team_id = :team AND payment_id = :payment
            """)
        .bind("refunded", booked.refunds().all().nanos())
        .bind("refund_uncovered", booked.refunds().uncovered().nanos())
        .bind("disputed", booked.disputes().all().nanos())
        .bind("dispute_uncovered", booked.disputes().uncovered().nanos())
        .bind("count", booked.count())
        .bind("team", ref.team().uuid())
        .bind("payment", ref.id())
        .execute();
  }
}
