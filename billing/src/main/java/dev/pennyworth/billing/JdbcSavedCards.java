package dev.pennyworth.billing;

import java.time.InstantSource;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/// The card that each team's auto-reload charges, under the names that its provider gave it.
public final class JdbcSavedCards {
  private final Jdbi jdbi;
  private final PaymentProvider provider;
  private final InstantSource clock;

  JdbcSavedCards(Jdbi jdbi, PaymentProvider provider, InstantSource clock) {
    this.jdbi = jdbi;
    this.provider = provider;
    this.clock = clock;
  }

  /// Whether the team has a card that can be charged. Asks the provider if none is known here: it
  /// may have saved one and the news did not come.
  ///
  /// @throws PaymentProviderUnavailable if it cannot be told
  public boolean hasOne(TeamId team) {
    if (jdbi.withHandle(handle -> card(handle, team)).isPresent()) {
      return true;
    }
    var customer = jdbi.withHandle(handle -> customer(handle, team));
    var found = provider.savedCard(customer);
    found.ifPresent(card ->
        jdbi.useTransaction(tx -> save(tx, team, card.customer(), Optional.of(card.card()))));
    return found.isPresent();
  }

  Optional<PaymentProvider.SavedCard> card(Handle handle, TeamId team) {
    return handle
        .createQuery(
            """
            SELECT customer_id, card_id
            FROM saved_card
            WHERE team_id = :team AND provider = :provider AND card_id IS NOT NULL
            """)
        .bind("team", team.uuid())
        .bind("provider", provider.name())
        .map((row, _) -> new PaymentProvider.SavedCard(row.getString(1), row.getString(2)))
        .findOne();
  }

  Optional<String> customer(Handle handle, TeamId team) {
    return handle
        .createQuery(
            """
            SELECT customer_id
            FROM saved_card
            WHERE team_id = :team AND provider = :provider
            """)
        .bind("team", team.uuid())
        .bind("provider", provider.name())
        .mapTo(String.class)
        .findOne();
  }

  /// Keeps the newest card. A customer without one takes no card away. Joins the caller's
  /// transaction.
  void save(Handle tx, TeamId team, String customer, Optional<String> card) {
    tx.createUpdate(
            """
            INSERT INTO saved_card AS s (team_id, provider, customer_id, card_id, saved_at)
            VALUES (:team, :provider, :customer, :card, :now)
            ON CONFLICT (team_id) DO UPDATE
            SET provider = excluded.provider,
              customer_id = excluded.customer_id,
              card_id = excluded.card_id,
              saved_at = excluded.saved_at
            WHERE s.card_id IS NULL OR excluded.card_id IS NOT NULL OR s.provider <> excluded.provider
            """)
        .bind("team", team.uuid())
        .bind("provider", provider.name())
        .bind("customer", customer)
        .bind("card", card.orElse(null))
        .bind("now", clock.instant())
        .execute();
  }
}
