package dev.pennyworth.agentloop;

import dev.pennyworth.billing.TeamId;

/// Tells whose the machine is.
public interface OperatorTeams {
  /// Whether it is the own team of an account that operates this installation.
  boolean isOperators(TeamId team);
}
