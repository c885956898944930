package dev.pennyworth.billing;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/// The price lists of tools: versioned rows, like those of models. A tool without one is free.
public final class JdbcToolPrices {
  private final Jdbi jdbi;
  private final InstantSource clock;

  JdbcToolPrices(Jdbi jdbi, InstantSource clock) {
    this.jdbi = jdbi;
    this.clock = clock;
  }

  /// The price list of a tool now; empty if the tool is free.
  public Optional<ToolPrice> current(String tool) {
    return jdbi.withHandle(handle -> inForce(handle, tool, clock.instant()))
        .map(ToolPriceVersion::price);
  }

  private static Optional<ToolPriceVersion> inForce(Handle handle, String tool, Instant now) {
    return handle
        .createQuery(
            """
            SELECT *
            FROM tool_price
            WHERE tool_name = :tool AND effective_from <= :now
            ORDER BY effective_from DESC
            LIMIT 1
            """)
        .bind("tool", tool)
        .bind("now", now)
        .map((row, _) -> read(row))
        .findOne();
  }

  /// The price lists of all tools that have one now, by name.
  public List<ToolPriceVersion> allCurrent() {
    return jdbi.withHandle(handle ->
        handle
            .createQuery(
                """
                SELECT DISTINCT ON (tool_name) *
                FROM tool_price
                WHERE effective_from <= :now
                ORDER BY tool_name, effective_from DESC
                """)
            .bind("now", clock.instant())
            .map((row, _) -> read(row))
            .list());
  }

  /// Adds the versions that the database has not. Joins the caller's transaction; safe to repeat,
  /// and beside another node that does the same.
  ///
  /// @return what is new
  /// @throws PriceFileRefused if a version is there with other figures, or would change what was in
  ///   force already; then the transaction must be undone
  List<PriceChange> publish(Handle tx, List<ToolPriceVersion> versions) {
    var now = clock.instant();
    var before = new HashMap<String, Optional<ToolPriceVersion>>();
    versions.forEach(
        version -> before.computeIfAbsent(version.tool(), tool -> inForce(tx, tool, now)));
    var changes = new ArrayList<PriceChange>();
    for (var version : versions) {
      String id = version.price().list().id();
      var former = Objects.requireNonNull(before.get(version.tool()));
      if (insert(tx, version) == 1) {
        former.ifPresent(old -> requireLater(version, old));
        changes.add(new PriceChange(id, former.map(ToolPriceVersion::figures), version.figures()));
      } else if (!byId(tx, id).equals(version)) {
        throw new PriceFileRefused("The " + JdbcPrices.otherFigures(id) + ".");
      }
    }
    return changes;
  }

  private static void requireLater(ToolPriceVersion version, ToolPriceVersion inForce) {
    if (!version.effectiveFrom().isAfter(inForce.effectiveFrom())) {
      throw new PriceFileRefused(
          "The price %s would change what was in force already: its effective_from must be later than %s, from when %s holds."
              .formatted(
                  version.price().list().id(),
                  PriceEntry.written(inForce.effectiveFrom()),
                  inForce.price().list().id()));
    }
  }

  private static ToolPriceVersion byId(Handle tx, String id) {
    return tx.createQuery(
            """
            SELECT *
            FROM tool_price
            WHERE price_id = :id
            """)
        .bind("id", id)
        .map((row, _) -> read(row))
        .one();
  }

  /// @return 0 if the version is there already
  private static int insert(Handle tx, ToolPriceVersion version) {
    var price = version.price();
    var rules = price.rules();
    return tx.createUpdate(
            """
            INSERT INTO tool_price
              (price_id, tool_name, base_nanos, rule_arguments, rule_values, rule_nanos,
               effective_from)
            VALUES
              (:id, :tool, :base, :arguments, :values, :nanos, :effective_from)
            ON CONFLICT (price_id) DO NOTHING
            """)
        .bind("id", price.list().id())
        .bind("tool", version.tool())
        .bind("base", price.base().nanos())
        .bindArray("arguments", String.class, JdbcBooks.column(rules, ToolPrice.Rule::argument))
        .bindArray("values", String.class, JdbcBooks.column(rules, JdbcToolPrices::value))
        .bindArray("nanos", Long.class, JdbcBooks.column(rules, rule -> rule.price().nanos()))
        .bind("effective_from", version.effectiveFrom())
        .execute();
  }

  static @Nullable String value(ToolPrice.Rule rule) {
    return switch (rule) {
      case ToolPrice.Rule.Equal equal -> equal.value();
      case ToolPrice.Rule.PerUnit _ -> null;
    };
  }

  private static ToolPriceVersion read(ResultSet row) throws SQLException {
    return new ToolPriceVersion(price(row), row.getTimestamp("effective_from").toInstant());
  }

  /// The figures of a version's row.
  static ToolPrice price(ResultSet row) throws SQLException {
    return new ToolPrice(
        Price.ofToolId(row.getString("price_id")).orElseThrow(),
        new NanoUsd(row.getLong("base_nanos")),
        rules(
            (String[]) row.getArray("rule_arguments").getArray(),
            (String[]) row.getArray("rule_values").getArray(),
            (Long[]) row.getArray("rule_nanos").getArray()));
  }

  private static List<ToolPrice.Rule> rules(String[] arguments, String[] values, Long[] nanos) {
    var rules = new ArrayList<ToolPrice.Rule>();
    for (int i = 0; i < arguments.length; i++) {
      var price = new NanoUsd(nanos[i]);
      var value = Optional.ofNullable(values[i]);
      rules.add(
          value.isPresent()
              ? new ToolPrice.Rule.Equal(arguments[i], value.get(), price)
              : new ToolPrice.Rule.PerUnit(arguments[i], price));
    }
    return rules;
  }
}
