package dev.pennyworth.billing;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/// What owners set for whole teams.
public final class JdbcTeamLimits {
  JdbcTeamLimits() {}

  /// Replaces a team's limits, at once for whoever reserves next. Joins the caller's transaction.
  public void set(Handle tx, TeamId team, TeamLimits limits) {
    JdbcWallets.lock(tx, team); // the gate reads the limits under this lock
    tx.createUpdate(
            """
            INSERT INTO team_limit
              (team_id, monthly_limit_nanos, overage_ceiling_nanos, alert_percents)
            VALUES (:team, :monthly, :overage, :percents)
            ON CONFLICT (team_id) DO UPDATE
            SET monthly_limit_nanos = excluded.monthly_limit_nanos,
              overage_ceiling_nanos = excluded.overage_ceiling_nanos,
              alert_percents = excluded.alert_percents
            """)
        .bind("team", team.uuid())
        .bindByType("monthly", limits.monthly().map(NanoUsd::nanos).orElse(null), Long.class)
        .bindByType("overage", limits.overageCeiling().map(NanoUsd::nanos).orElse(null), Long.class)
        .bindArray("percents", Integer.class, limits.alertPercents())
        .execute();
  }

  /// A team's limits as they stand. Joins the caller's transaction.
  public TeamLimits of(Handle tx, TeamId team) {
    return Optional.ofNullable(read(tx, List.of(team)).get(team)).orElse(TeamLimits.NONE);
  }

  static Map<TeamId, TeamLimits> read(Handle tx, Collection<TeamId> teams) {
    var limits = new HashMap<TeamId, TeamLimits>();
    JdbcColumns.of(
            tx,
            teams,
            """
            SELECT team_id, monthly_limit_nanos, overage_ceiling_nanos, alert_percents
            FROM team_limit
            WHERE team_id = ANY(?)
            """)
        .uuids(TeamId::uuid)
        .query(row ->
            Map.entry(
                new TeamId(row.getObject("team_id", UUID.class)),
                new TeamLimits(
                    Optional.ofNullable(row.getObject("monthly_limit_nanos", Long.class))
                        .map(NanoUsd::new),
                    Optional.ofNullable(row.getObject("overage_ceiling_nanos", Long.class))
                        .map(NanoUsd::new),
                    List.of((Integer[]) row.getArray("alert_percents").getArray()))))
        .forEach(entry -> limits.put(entry.getKey(), entry.getValue()));
    return limits;
  }
}
