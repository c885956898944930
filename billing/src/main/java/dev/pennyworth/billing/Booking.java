package dev.pennyworth.billing;

import java.util.List;

/// What goes through the gate in one commit: holds to resolve, holds to take after that, and what
/// else must be true and be written together with them. All of one team.
///
/// @param resolutions in this order, before the requests
/// @param requests each is granted or refused by itself, in this order
public record Booking(
    TeamId team, List<Resolution> resolutions, List<HoldRequest> requests, Alongside alongside) {
  public Booking {
    resolutions = List.copyOf(resolutions);
    requests = List.copyOf(requests);
    boolean isOneTeams =
        resolutions.stream().allMatch(one -> one.hold().key().team().equals(team))
            && requests.stream().allMatch(one -> one.key().team().equals(team));
    if (!isOneTeams) {
      throw new IllegalArgumentException("a booking is of one team");
    }
  }

  public static Booking of(HoldRequest request) {
    return new Booking(request.key().team(), List.of(), List.of(request), Alongside.NOTHING);
  }

  public static Booking of(Resolution resolution) {
    return new Booking(
        resolution.hold().key().team(), List.of(resolution), List.of(), Alongside.NOTHING);
  }

  /// What became of it.
  ///
  /// @param charges of the holds that were settled, in their order
  /// @param reservations one for each request
  public record Booked(List<Charge> charges, List<Reservation> reservations) {
    public Booked {
      charges = List.copyOf(charges);
      reservations = List.copyOf(reservations);
    }

    /// The answer to the only request.
    public Reservation reservation() {
      return reservations.getFirst();
    }

    /// The charge of the only settled hold.
    public Charge charge() {
      return charges.getFirst();
    }
  }
}
