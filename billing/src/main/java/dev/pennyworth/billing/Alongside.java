package dev.pennyworth.billing;

import org.jdbi.v3.core.Handle;

/// What others check and write in the commit that moves the money. It shares its transaction with
/// the bookings of others: it must not commit, roll back or wait for anything but row locks. If it
/// throws, its booking is undone, and nobody else's.
public interface Alongside {
  Alongside NOTHING = new Alongside() {};

  /// Comes first: takes the locks that go before money's, and throws if the booking must not
  /// happen.
  default void before(Handle tx) {}

  /// Comes last: writes what follows from the outcome.
  default void after(Handle tx, Booking.Booked booked) {}
}
