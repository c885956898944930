package dev.pennyworth.billing;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Objects;
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

  /// Adds the versions of the program's own catalogue that the database has not, but for models
  /// that the operator prices. A version that is there already keeps its figures: charges point at
  /// it. Safe to repeat.
  ///
  /// @throws IllegalStateException if a version is there with other figures
  public void publish(List<Price> catalogue) {
    jdbi.useTransaction(tx -> {
      for (var price : catalogue) {
        if (!isOperators(tx, price)) {
          insert(tx, new PriceVersion(price, false), false);
          if (!byId(tx, price.id()).equals(price)) {
            throw new IllegalStateException(otherFigures(price.id()));
          }
        }
      }
    });
  }

  /// Adds the versions of the operator's file that the database has not. Joins the caller's
  /// transaction; safe to repeat, and beside another node that does the same.
  ///
  /// @return what is new
  /// @throws PriceFileRefused if a version is there with other figures, or would change what was in
  ///   force already; then the transaction must be undone
  List<PriceChange> publish(Handle tx, List<PriceVersion> versions) {
    var now = clock.instant();
    var before = new HashMap<String, Optional<PriceVersion>>();
    for (var version : versions) {
      var price = version.price();
      before.computeIfAbsent(model(price), _ -> inForce(tx, price.provider(), price.model(), now));
    }
    var changes = new ArrayList<PriceChange>();
    for (var version : versions) {
      var former = Objects.requireNonNull(before.get(model(version.price())));
      if (insert(tx, version, true) == 1) {
        former.ifPresent(old -> requireLater(version, old));
        changes.add(
            new PriceChange(
                version.price().id(), former.map(PriceVersion::figures), version.figures()));
      } else if (!versionById(tx, version.price().id()).equals(version)) {
        throw new PriceFileRefused("The " + otherFigures(version.price().id()) + ".");
      }
    }
    return changes;
  }

  private static String model(Price price) {
    return price.provider() + "/" + price.model();
  }

  private static void requireLater(PriceVersion version, PriceVersion inForce) {
    if (!version.effectiveFrom().isAfter(inForce.effectiveFrom())) {
      throw new PriceFileRefused(
          "The price %s would change what was in force already: its effective_from must be later than %s, from when %s holds."
              .formatted(
                  version.price().id(),
                  PriceEntry.written(inForce.effectiveFrom()),
                  inForce.price().id()));
    }
  }

  static String otherFigures(String id) {
    return "price "
        + id
        + " was published with other figures before; give the change a later effective_from instead";
  }

  private static boolean isOperators(Handle tx, Price price) {
    return tx.createQuery(
            """
            SELECT EXISTS (
              SELECT FROM price
              WHERE llm_provider = :provider AND llm_model = :model AND is_operators)
            """)
        .bind("provider", price.provider())
        .bind("model", price.model())
        .mapTo(Boolean.class)
        .one();
  }

  /// The price of a model now; empty if it never had one, or has none any more.
  public Optional<Price> current(String provider, String model) {
    return jdbi.withHandle(handle -> inForce(handle, provider, model, clock.instant()))
        .filter(version -> !version.isRetired())
        .map(PriceVersion::price);
  }

  private static Optional<PriceVersion> inForce(
      Handle handle, String provider, String model, Instant now) {
    return handle
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
        .bind("now", now)
        .map((row, _) -> version(row))
        .findOne();
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
    jdbi.useHandle(handle -> insert(handle, new PriceVersion(price, false), false));
    return price;
  }

  /// The price of a model on the operator's own machine, all zero: he pays for the machine.
  public Price local(String model) {
    var price =
        new Price(
            "custom/" + model + "@local",
            "custom",
            model,
            model + " (local, free)",
            0,
            0,
            0,
            0,
            true,
            NEVER_CURRENT.plus(Duration.ofDays(1))); // beside the stand-in of the same model
    jdbi.useHandle(handle -> insert(handle, new PriceVersion(price, false), false));
    return price;
  }

  /// The prices of all models now, by provider and model.
  public List<Price> allCurrent() {
    return jdbi.withHandle(handle ->
        handle
            .createQuery(
                """
                SELECT *
                FROM (
                  SELECT DISTINCT ON (llm_provider, llm_model) *
                  FROM price
                  WHERE effective_from <= :now
                  ORDER BY llm_provider, llm_model, effective_from DESC
                ) AS in_force
                WHERE NOT is_retired
                ORDER BY llm_provider, llm_model
                """)
            .bind("now", clock.instant())
            .map((row, _) -> read(row))
            .list());
  }

  Price byId(Handle tx, String id) {
    return versionById(tx, id).price();
  }

  private static PriceVersion versionById(Handle tx, String id) {
    return tx.createQuery(
            """
            SELECT *
            FROM price
            WHERE price_id = :id
            """)
        .bind("id", id)
        .map((row, _) -> version(row))
        .one();
  }

  /// @return 0 if the version is there already
  private static int insert(Handle tx, PriceVersion version, boolean isOperators) {
    var price = version.price();
    return tx.createUpdate(
            """
            INSERT INTO price
              (price_id, llm_provider, llm_model, name, input_nanos_per_million,
               output_nanos_per_million, cache_read_nanos_per_million,
               cache_write_nanos_per_million, cache_write_1h_nanos_per_million, calls_tools,
               effective_from, is_retired, is_operators)
            VALUES
              (:id, :provider, :model, :name, :input, :output, :cache_read, :cache_write,
               :cache_write_1h, :calls_tools, :effective_from, :is_retired, :is_operators)
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
        .bind("cache_write_1h", price.cacheWriteHourNanosPerMillion())
        .bind("calls_tools", price.callsTools())
        .bind("effective_from", price.effectiveFrom())
        .bind("is_retired", version.isRetired())
        .bind("is_operators", isOperators)
        .execute();
  }

  private static PriceVersion version(ResultSet row) throws SQLException {
    return new PriceVersion(read(row), row.getBoolean("is_retired"));
  }

  private static Price read(ResultSet row) throws SQLException {
    long cacheWrite = row.getLong("cache_write_nanos_per_million");
    long cacheWriteHour = row.getLong("cache_write_1h_nanos_per_million");
    boolean hasCacheWriteHour = !row.wasNull();
    return new Price(
        row.getString("price_id"),
        row.getString("llm_provider"),
        row.getString("llm_model"),
        row.getString("name"),
        row.getLong("input_nanos_per_million"),
        row.getLong("output_nanos_per_million"),
        row.getLong("cache_read_nanos_per_million"),
        cacheWrite,
        hasCacheWriteHour ? cacheWriteHour : cacheWrite,
        row.getBoolean("calls_tools"),
        row.getTimestamp("effective_from").toInstant());
  }
}
