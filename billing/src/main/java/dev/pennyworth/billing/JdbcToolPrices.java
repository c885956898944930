package dev.pennyworth.billing;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Jdbi;

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
    return jdbi.withHandle(handle ->
        handle
            .createQuery(
                """
                SELECT price_id, tool_name, base_nanos, rule_arguments, rule_values, rule_nanos
                FROM tool_price
                WHERE tool_name = :tool AND effective_from <= :now
                ORDER BY effective_from DESC
                LIMIT 1
                """)
            .bind("tool", tool)
            .bind("now", clock.instant())
            .map((row, _) -> read(row))
            .findOne());
  }

  private static ToolPrice read(ResultSet row) throws SQLException {
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
