package dev.pennyworth.agentloop.tools;

import dev.pennyworth.agentloop.McpCatalogue;
import dev.pennyworth.agentloop.McpUnavailable;
import dev.pennyworth.agentloop.SecretText;
import dev.pennyworth.agentloop.WorkspaceTools.McpServer;
import dev.pennyworth.billing.TeamId;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What MCP servers offer, asked for once a minute and kept meanwhile. That a server is dead is
/// kept for a moment too, so that it does not slow every turn.
public final class McpListings implements McpCatalogue {
  private static final Logger LOG = LoggerFactory.getLogger(McpListings.class);
  private static final Duration KEPT = Duration.ofSeconds(60);
  private static final Duration FAILURE_KEPT = Duration.ofSeconds(5);
  private static final Duration TIMEOUT = Duration.ofSeconds(5);
  private static final int SERVERS_MAX = 1_000;
  private static final int PAGES_MAX = 10;
  private static final int TOOLS_MAX = 500;

  private final McpConnections client;
  private final InstantSource clock;

  /// Latest used last.
  private final Map<Key, Listing> listings = new LinkedHashMap<>(16, 0.75f, true);

  public McpListings(McpConnections client, InstantSource clock) {
    this.client = client;
    this.clock = clock;
  }

  private record Key(TeamId team, URI url, Map<String, SecretText> headers) {}

  /// What one server offers. Whoever finds it too old asks again; who comes meanwhile waits for
  /// him.
  private static final class Listing {
    private final ReentrantLock asking = new ReentrantLock();
    private volatile Answer answer = new Answer(List.of(), Optional.empty(), Instant.MIN);
  }

  /// @param problem why there are no tools; empty if the server answered
  private record Answer(List<ListedTool> tools, Optional<String> problem, Instant until) {}

  @Override
  public List<ListedTool> list(McpServer server) throws McpUnavailable {
    var listing = listing(server);
    var answer = listing.answer;
    if (!answer.until().isAfter(clock.instant())) {
      answer = refresh(server, listing);
    }
    if (answer.problem().isPresent()) {
      throw new McpUnavailable(answer.problem().get());
    }
    return answer.tools();
  }

  private Listing listing(McpServer server) {
    synchronized (listings) {
      var listing =
          listings.computeIfAbsent(
              new Key(server.team(), server.url(), server.headers()), _ -> new Listing());
      if (listings.size() > SERVERS_MAX) {
        listings.remove(listings.keySet().iterator().next());
      }
      return listing;
    }
  }

  /// The lock is held while the server is asked: that is its purpose. Nothing else waits for it.
  private Answer refresh(McpServer server, Listing listing) {
    listing.asking.lock();
    try {
      if (!listing.answer.until().isAfter(clock.instant())) {
        listing.answer = ask(server);
      }
      return listing.answer;
    } finally {
      listing.asking.unlock();
    }
  }

  private Answer ask(McpServer server) {
    try {
      return new Answer(pages(server), Optional.empty(), clock.instant().plus(KEPT));
    } catch (McpRefused e) {
      return unavailable(server, e.text());
    } catch (NoAnswer e) {
      return unavailable(server, e.text());
    } catch (IllegalArgumentException _) {
      return unavailable(server, "Its address or one of its headers is not valid.");
    }
  }

  private Answer unavailable(McpServer server, String why) {
    LOG.warn("MCP server {} offers nothing now: {}", server.id(), why);
    var problem = "The MCP server %s cannot be used now. %s".formatted(server.name(), why);
    return new Answer(List.of(), Optional.of(problem), clock.instant().plus(FAILURE_KEPT));
  }

  private List<ListedTool> pages(McpServer server) throws McpRefused, NoAnswer {
    long startedNanos = System.nanoTime();
    var tools = new ArrayList<ListedTool>();
    var cursor = Optional.<String>empty();
    for (int page = 0; page < PAGES_MAX && tools.size() < TOOLS_MAX; page++) {
      var left = TIMEOUT.minusNanos(System.nanoTime() - startedNanos);
      var result = client.list(server, cursor, left);
      tools.addAll(McpMessages.tools(result));
      cursor = Optional.ofNullable(result.nextCursor()).filter(next -> !next.isEmpty());
      if (cursor.isEmpty()) {
        break;
      }
    }
    return List.copyOf(tools.subList(0, Math.min(tools.size(), TOOLS_MAX)));
  }
}
