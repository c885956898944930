package dev.pennyworth.billing;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/// The price catalogue: versioned rows. A missing price is not zero: it means no call.
public final class JdbcPrices {
  /// Keeps stand-ins out of every look-up of a current price.
  private static final Instant NEVER_CURRENT = Instant.parse("9999-01-01T00:00:00Z");

  private final Jdbi jdbi;
  private final InstantSource clock;

  JdbcPrices(Jdbi jdbi, InstantSource clock) {
    this.jdbi = jdbi;
    this.clock = clock;
  }

  /// Adds the versions that the catalogue has and the database has not. A version that is there
  /// already keeps its figures: charges point at it. Safe to repeat.
  ///
  /// @throws IllegalStateException if a version is there with other figures
  public void publish(List<Price> catalogue) {
    jdbi.useTransaction(tx -> {
      for (var price : catalogue) {
        insert(tx, price);
        if (!byId(tx, price.id()).equals(price)) {
          throw new IllegalStateException(
              "price "
                  + price.id()
                  + " was published with other figures before; give the change a later"
                  + " effective_from instead");
        }
      }
    });
  }

  /// The price of a model now.
  public Optional<Price> current(String provider, String model) {
    return jdbi.withHandle(handle ->
        handle
            .createQuery(
                """
                SELECT *
                FROM price
                WHERE llm_provider = :provider AND llm_model = :model AND effective_from <= :now
                ORDER BY effective_from DESC
                LIMIT 1
                """)
            .bind("provider", provider)
            .bind("model", model)
            .bind("now", clock.instant())
            .map((row, _) -> read(row))
            .findOne());
  }

  /// A stand-in for a model that the catalogue does not price, all zero. Only for calls that are
  /// paid with the owner's own key: nothing is charged for them, so nothing is lost by not knowing.
  public Price unpriced(String provider, String model) {
    var price =
        new Price(
            provider + "/" + model + "@unpriced",
            provider,
            model,
            model,
            0,
            0,
            0,
            0,
            true,
            NEVER_CURRENT);
    jdbi.useHandle(handle -> insert(handle, price));
    return price;
  }

  /// The prices of all models now, by provider and model.
  public List<Price> allCurrent() {
    return jdbi.withHandle(handle ->
        handle
            .createQuery(
                """
                SELECT DISTINCT ON (llm_provider, llm_model) *
                FROM price
                WHERE effective_from <= :now
                ORDER BY llm_provider, llm_model, effective_from DESC
                """)
            .bind("now", clock.instant())
            .map((row, _) -> read(row))
            .list());
  }

  Price byId(Handle tx, String id) {
    return tx.createQuery(
            """
            SELECT *
            FROM price
            WHERE price_id = :id
            """)
        .bind("id", id)
        .map((row, _) -> read(row))
        .one();
  }

  private static void insert(Handle tx, Price price) {
    tx.createUpdate(
            """
            INSERT INTO price
              (price_id, llm_provider, llm_model, name, input_nanos_per_million,
               output_nanos_per_million, cache_read_nanos_per_million,
               cache_write_nanos_per_million, calls_tools, effective_from)
            VALUES
              (:id, :provider, :model, :name, :input, :output, :cache_read, :cache_write,
               :calls_tools, :effective_from)
            ON CONFLICT (price_id) DO NOTHING
            """)
        .bind("id", price.id())
        .bind("provider", price.provider())
        .bind("model", price.model())
        .bind("name", price.name())
        .bind("input", price.inputNanosPerMillion())
        .bind("output", price.outputNanosPerMillion())
        .bind("cache_read", price.cacheReadNanosPerMillion())
        .bind("cache_write", price.cacheWriteNanosPerMillion())
        .bind("calls_tools", price.callsTools())
        .bind("effective_from", price.effectiveFrom())
        .execute();
  }

  private static Price read(ResultSet row) throws SQLException {
    return new Price(
        row.getString("price_id"),
        row.getString("llm_provider"),
        row.getString("llm_model"),
        row.getString("name"),
        row.getLong("input_nanos_per_million"),
        row.getLong("output_nanos_per_million"),
        row.getLong("cache_read_nanos_per_million"),
        row.getLong("cache_write_nanos_per_million"),
        row.getBoolean("calls_tools"),
        row.getTimestamp("effective_from").toInstant());
  }
}
