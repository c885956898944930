package dev.pennyworth.botsapi.bots;

import dev.pennyworth.billing.BotId;
import dev.pennyworth.botsapi.accounts.Caller;
import dev.pennyworth.botsapi.http.PublicUrl;
import dev.pennyworth.connectors.HttpFailure;
import dev.pennyworth.connectors.JdbcDeadLetters;
import dev.pennyworth.connectors.PlatformConnector;
import dev.pennyworth.connectors.PlatformConnector.Activation;
import dev.pennyworth.connectors.PlatformConnector.PlatformRefused;
import dev.pennyworth.connectors.PlatformSlots;
import dev.pennyworth.connectors.WebhookBot;
import dev.pennyworth.connectors.WebhookBots;
import java.net.URI;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Jdbi;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Connects bots to their platforms and disconnects them. Platforms are talked to between
/// transactions, never in one.
public final class BotConnections {
  private static final Logger LOG = LoggerFactory.getLogger(BotConnections.class);

  private final Jdbi jdbi;
  private final OwnersBots owners;
  private final WebhookBots bots;
  private final PlatformSlots slots;
  private final JdbcDeadLetters deadLetters;
  private final InstantSource clock;
  private final PublicUrl publicUrl;
  private final Map<String, PlatformConnector> connectors;

  BotConnections(
      Jdbi jdbi,
      OwnersBots owners,
      WebhookBots bots,
      PlatformSlots slots,
      JdbcDeadLetters deadLetters,
      InstantSource clock,
      PublicUrl publicUrl,
      List<PlatformConnector> connectors) {
    this.jdbi = jdbi;
    this.owners = owners;
    this.bots = bots;
    this.slots = slots;
    this.deadLetters = deadLetters;
    this.clock = clock;
    this.publicUrl = publicUrl;
    this.connectors =
        connectors.stream()
            .collect(
                Collectors.toUnmodifiableMap(PlatformConnector::platform, Function.identity()));
  }

  /// What a change of a bot's connection did, and what is left for the owner.
  ///
  /// @param values what the owner pastes or opens, by name
  public record Connection(
      BotId id,
      String status,
      URI webhookUrl,
      List<String> done,
      List<String> toDo,
      Map<String, String> values) {}

  /// How a bot's connection is.
  ///
  /// @param problems in a person's words; empty if it is well
  public record Health(boolean ok, List<String> problems) {}

  /// @throws HttpFailure 404; 422 if the platform refuses the bot, or this version cannot connect
  ///   to it; 503 if the platform cannot be asked
  public Connection activate(Caller caller, BotId id) {
    var bot = jdbi.inTransaction(tx -> owners.prepareConnection(tx, caller, id));
    var url = BotView.webhookUrl(bot, publicUrl);
    var activation = activation(bot, url);
    jdbi.useTransaction(tx -> owners.setStatus(tx, caller, id, "active"));
    return new Connection(
        id, "active", url, activation.done(), activation.toDo(), activation.values());
  }

  private Activation activation(Bot bot, URI url) {
    var platform = bot.document().platform();
    if (platform.equals("custom")) {
      return new Activation(
          List.of(),
          List.of(
              "Send messages to webhook_url, signed with the webhook_secret that was shown when the"
                  + " bot was made. Lost it? POST /api/bots/"
                  + bot.id()
                  + "/webhook-secret makes a new one."),
          Map.of());
    }
    var connector =
        Optional.ofNullable(connectors.get(platform)).orElseThrow(() -> notYet(platform));
    try {
      return connector.activate(opened(bot.id()), url);
    } catch (PlatformRefused refused) {
      throw invalid(refused);
    }
  }

  private static HttpFailure invalid(PlatformRefused refused) {
    return HttpFailure.invalidValue(refused.field(), String.valueOf(refused.getMessage()));
  }

  /// Changes what the body names. New credentials of a bot that is connected are kept once its
  /// platform has taken them; if it refuses them, the bot stays connected with those it had.
  ///
  /// @param body as the API takes it
  /// @throws HttpFailure 403, 404, or naming what is wrong with the body; 503 if the platform
  ///   cannot be asked
  public BotView change(Caller caller, BotId id, byte[] body) {
    var rehearsed = JdbcRehearsal.of(jdbi, tx -> owners.rehearsed(tx, caller, id, body));
    var connector = rehearsed.map(WebhookBot::platform).map(connectors::get);
    if (connector.isEmpty()) {
      return jdbi.inTransaction(tx -> owners.patch(tx, caller, id, body));
    }
    var before = opened(id);
    var url =
        BotView.webhookUrl(jdbi.withHandle(it -> owners.require(it, caller.team(), id)), publicUrl);
    try {
      connector.get().activate(rehearsed.get(), url);
    } catch (PlatformRefused refused) {
      throw invalid(refused);
    }
    var view = jdbi.inTransaction(tx -> owners.patch(tx, caller, id, body));
    leave(connector.get(), before, rehearsed.get(), url);
    return view;
  }

  private static void leave(
      PlatformConnector connector, WebhookBot before, WebhookBot after, URI url) {
    try {
      connector.leave(before, after, url);
    } catch (PlatformRefused | HttpFailure failure) {
      LOG.info("The account that a bot has left was not told. {}", failure.getMessage());
    }
  }

  private HttpFailure notYet(String platform) {
    var known = new ArrayList<>(connectors.keySet().stream().sorted().toList());
    known.add("custom");
    return HttpFailure.invalidValue(
        "platform",
        "This version connects %s; %s comes later. The test endpoint works."
            .formatted(String.join(" and ", known), platform),
        known);
  }

  private WebhookBot opened(BotId id) {
    return bots.find(id).orElseThrow(() -> HttpFailure.notFound("bot"));
  }

  /// From the moment on that this has answered, no message of the platform gets in, even if the
  /// platform could not be told.
  ///
  /// @throws HttpFailure 404
  public Connection pause(Caller caller, BotId id) {
    var bot = jdbi.inTransaction(tx -> owners.setStatus(tx, caller, id, "paused"));
    var url = BotView.webhookUrl(bot, publicUrl);
    var toDo = new ArrayList<String>();
    bots.find(id).flatMap(found -> disconnect(found, url)).ifPresent(toDo::add);
    return new Connection(id, "paused", url, List.of(), List.copyOf(toDo), Map.of());
  }

  /// Before a bot is deleted, as far as the platform lets.
  ///
  /// @throws HttpFailure 404
  void disconnectForGood(Caller caller, BotId id) {
    var bot = jdbi.withHandle(handle -> owners.require(handle, caller.team(), id));
    bots.find(id)
        .flatMap(found -> disconnect(found, BotView.webhookUrl(bot, publicUrl)))
        .ifPresent(problem -> LOG.info("{} is deleted all the same. {}", id, problem));
  }

  /// What went wrong.
  private Optional<String> disconnect(WebhookBot bot, URI url) {
    var connector = connectors.get(bot.platform());
    if (connector == null || !bot.hasConfig()) {
      return Optional.empty();
    }
    try {
      connector.pause(bot, url);
      return Optional.empty();
    } catch (PlatformRefused refused) {
      return Optional.of(
          "The platform may still send messages, which get no answer: " + refused.getMessage());
    } catch (HttpFailure failure) {
      return Optional.of(
          "The platform may still send messages, which get no answer: " + failure.message());
    }
  }

  /// @throws HttpFailure 404
  public Health health(Caller caller, BotId id) {
    var bot = jdbi.withHandle(handle -> owners.require(handle, caller.team(), id));
    var problems = new ArrayList<String>();
    if (!bot.status().equals("active")) {
      problems.add("The bot is not active: POST /api/bots/%s/activate.".formatted(id));
    } else if (connectors.containsKey(bot.document().platform())) {
      var opened = opened(id);
      problems.addAll(
          connectors
              .get(bot.document().platform())
              .problems(opened, BotView.webhookUrl(bot, publicUrl)));
      slots.problem(opened).ifPresent(problems::add);
    }
    problems.addAll(failedReplies(caller, id));
    return new Health(problems.isEmpty(), problems.stream().distinct().toList());
  }

  private List<String> failedReplies(Caller caller, BotId id) {
    return jdbi
        .withHandle(handle -> deadLetters.latest(handle, caller.team(), id, clock.instant()))
        .stream()
        .map(failed ->
            "A reply %s at %s: %s See GET /api/bots/%s/turns/%s."
                .formatted(
                    failed.state().equals("unknown") ? "may not have arrived" : "did not arrive",
                    failed.at().truncatedTo(ChronoUnit.SECONDS),
                    failed.error().endsWith(".") ? failed.error() : failed.error() + ".",
                    id,
                    failed.turn()))
        .toList();
  }
}
