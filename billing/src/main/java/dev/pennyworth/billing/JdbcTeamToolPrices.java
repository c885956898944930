package dev.pennyworth.billing;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/// The prices that teams set for tools of their own. A version is written once and stays for good,
/// because charges name it; numbers of versions go on when a tool is deleted and another one gets
/// its name.
public final class JdbcTeamToolPrices {
  private final InstantSource clock;

  JdbcTeamToolPrices(InstantSource clock) {
    this.clock = clock;
  }

  /// Adds the next version of a tool's price. Joins the caller's transaction, which holds a lock
  /// under which nobody else prices the same tool.
  ///
  /// @param tool as [Price#ofTool] takes it: its name below its workspace
  public ToolPrice publish(
      Handle tx, TeamId team, String tool, NanoUsd base, List<ToolPrice.Rule> rules) {
    int version = lastVersion(tx, team, tool) + 1;
    var price = new ToolPrice(Price.ofTool(tool, Integer.toString(version)), base, rules);
    tx.createUpdate(
            """
            INSERT INTO tool_price_version
              (team_id, tool, version, price_id, base_nanos, rule_arguments, rule_values,
               rule_nanos, created_at)
            VALUES
              (:team, :tool, :version, :id, :base, :arguments, :values, :nanos, :now)
            """)
        .bind("team", team.uuid())
        .bind("tool", tool)
        .bind("version", version)
        .bind("id", price.list().id())
        .bind("base", base.nanos())
        .bindArray("arguments", String.class, JdbcBooks.column(rules, ToolPrice.Rule::argument))
        .bindArray("values", String.class, JdbcBooks.column(rules, JdbcToolPrices::value))
        .bindArray("nanos", Long.class, JdbcBooks.column(rules, rule -> rule.price().nanos()))
        .bind("now", clock.instant())
        .execute();
    return price;
  }

  private static int lastVersion(Handle tx, TeamId team, String tool) {
    return tx.createQuery(
            """
            SELECT coalesce(max(version), 0)
            FROM tool_price_version
            WHERE team_id = :team AND tool = :tool
            """)
        .bind("team", team.uuid())
        .bind("tool", tool)
        .mapTo(Integer.class)
        .one();
  }

  /// The version that a row was joined with, of which it has all columns; empty if with none.
  public static Optional<ToolPrice> joined(ResultSet row) throws SQLException {
    return row.getString("price_id") == null
        ? Optional.empty()
        : Optional.of(JdbcToolPrices.price(row));
  }
}
