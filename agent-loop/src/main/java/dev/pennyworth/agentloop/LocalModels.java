package dev.pennyworth.agentloop;

import dev.pennyworth.billing.TeamId;
import java.net.URI;
import java.util.Optional;

/// Which bots may call the servers of models that run beside Pennyworth: those of the operator's
/// own team, at the very address of a server that was found.
///
/// Others' bots may not, even where it would cost nothing: owners may be strangers, and what
/// listens on loopback is not meant for them. What a local server answers is free.
public final class LocalModels {
  private final HttpLocalServers servers;
  private final OperatorTeams operators;

  LocalModels(HttpLocalServers servers, OperatorTeams operators) {
    this.servers = servers;
    this.operators = operators;
  }

  /// Asks the database only where a found server is named.
  ///
  /// @param baseUrl the bot's
  public boolean serve(TeamId team, String provider, Optional<URI> baseUrl) {
    return provider.equals("custom")
        && baseUrl.filter(servers::isFound).isPresent()
        && operators.isOperators(team);
  }

  boolean serve(BotSettings bot) {
    return serve(bot.team(), bot.provider(), bot.baseUrl());
  }
}
