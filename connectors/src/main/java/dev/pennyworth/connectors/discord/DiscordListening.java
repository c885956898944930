package dev.pennyworth.connectors.discord;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pennyworth.agentloop.SecretText;
import dev.pennyworth.billing.BotId;
import dev.pennyworth.connectors.Listening;
import dev.pennyworth.connectors.Slot;
import dev.pennyworth.connectors.WebhookBot;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import net.dv8tion.jda.api.JDA;
import net.dv8tion.jda.api.events.GenericEvent;
import net.dv8tion.jda.api.events.RawGatewayEvent;
import net.dv8tion.jda.api.events.session.ReadyEvent;
import net.dv8tion.jda.api.events.session.SessionDisconnectEvent;
import net.dv8tion.jda.api.events.session.SessionRecreateEvent;
import net.dv8tion.jda.api.events.session.SessionResumeEvent;
import net.dv8tion.jda.api.events.session.ShutdownEvent;
import net.dv8tion.jda.api.exceptions.InvalidTokenException;
import net.dv8tion.jda.api.hooks.EventListener;
import net.dv8tion.jda.api.requests.CloseCode;
import net.dv8tion.jda.api.utils.SessionController;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One bot's connection to the gateway. The library keeps it: it beats its heart, and resumes what
/// broke. This looks first whether Discord will have the bot, since it counts who tries in vain.
final class DiscordListening implements Listening, EventListener, SessionController {
  private static final Logger LOG = LoggerFactory.getLogger(DiscordListening.class);

  /// A bot that identifies itself a thousand times a day loses its token.
  private static final Duration AFTER_REFUSAL = Duration.ofMinutes(5);

  /// A connection that is resumed sooner is not worth a word.
  private static final Duration AWAY_MAX = Duration.ofSeconds(30);

  private static final String NOT_REACHED =
      "The connection to Discord is down. It is tried again, without anybody's help.";

  private enum State {
    STARTING,
    CONNECTED,
    AWAY,
    ENDED
  }

  private final DiscordListener.Tools tools;
  private final BotId bot;
  private final SecretText token;
  private final Slot slot;
  private final DiscordEvents events;
  private volatile State state = State.STARTING;
  private volatile long heldUntilNanos = System.nanoTime();
  private volatile String gatewayUrl = "";
  private volatile @Nullable JDA connection;

  DiscordListening(DiscordListener.Tools tools, WebhookBot bot, Slot slot) {
    this.tools = tools;
    this.bot = bot.settings().bot();
    this.token = bot.requiredConfig("bot_token");
    this.slot = slot;
    this.events = new DiscordEvents(bot, tools, slot, () -> state == State.CONNECTED);
  }

  void start() {
    tools.threads().execute(this::connect);
  }

  private void connect() {
    try {
      var problem = problem();
      if (problem.isPresent()) {
        report(problem);
        end();
        return;
      }
      events.start();
      var built =
          tools
              .builder()
              .apply(token.reveal())
              .addEventListeners(this)
              .setSessionController(this)
              .build();
      connection = built;
      if (state == State.ENDED) {
        built.shutdownNow();
      }
    } catch (InvalidTokenException _) {
      report(Optional.of(DiscordConnector.TOKEN_REFUSED));
      end();
    } catch (DiscordFailure failure) {
      report(
          Optional.of(
              failure.isOfToken() ? DiscordConnector.TOKEN_REFUSED : failure.description()));
      end();
    } catch (RuntimeException e) {
      LOG.info("{} could not be connected to Discord: {}", bot, e.toString());
      report(Optional.of(NOT_REACHED));
      end();
    }
  }

  /// What Discord would refuse the bot for.
  private Optional<String> problem() throws DiscordFailure {
    if (!DiscordConnector.hasIntent(tools.api().application(token))) {
      return Optional.of(DiscordConnector.INTENT_MISSING);
    }
    JsonNode gateway = tools.api().gateway(token);
    gatewayUrl = gateway.path("url").asText();
    var starts = gateway.path("session_start_limit");
    return starts.path("remaining").asInt(1) > 0
        ? Optional.empty()
        : Optional.of(
            "The bot connected to Discord too often today; Discord lets it again in %d minutes."
                .formatted(TimeUnit.MILLISECONDS.toMinutes(starts.path("reset_after").asLong())));
  }

  @Override
  public void onEvent(GenericEvent event) {
    switch (event) {
      case RawGatewayEvent raw -> events.add(raw);
      case ReadyEvent _ -> connected();
      case SessionRecreateEvent _ -> connected();
      case SessionResumeEvent _ -> connected();
      case SessionDisconnectEvent _ -> away();
      case ShutdownEvent shutdown -> shutDown(shutdown.getCode());
      default -> {
        // The library tells much that no message depends on.
      }
    }
  }

  private void connected() {
    become(State.CONNECTED);
    tools.threads().execute(() -> report(Optional.empty()));
  }

  private void away() {
    become(State.AWAY);
    var _ =
        tools
            .timer()
            .schedule(
                () -> tools.threads().execute(this::reportIfAway),
                AWAY_MAX.toMillis(),
                TimeUnit.MILLISECONDS);
  }

  private synchronized void become(State next) {
    if (state != State.ENDED) {
      state = next;
    }
  }

  private void reportIfAway() {
    if (state == State.AWAY) {
      report(Optional.of(NOT_REACHED));
    }
  }

  private void shutDown(int code) {
    var problem =
        switch (CloseCode.from(code)) {
          case AUTHENTICATION_FAILED -> DiscordConnector.TOKEN_REFUSED;
          case DISALLOWED_INTENTS -> DiscordConnector.INTENT_MISSING;
          case SHARDING_REQUIRED ->
              "The bot is in too many servers for one connection: commands work, messages do not"
                  + " come.";
          case null, default -> "";
        };
    if (!problem.isEmpty()) {
      heldUntilNanos = System.nanoTime() + AFTER_REFUSAL.toNanos();
      tools.threads().execute(() -> report(Optional.of(problem)));
    }
    LOG.info("the connection of {} to Discord ended with {}", bot, code);
    end();
  }

  private void report(Optional<String> problem) {
    try {
      slot.report(problem);
    } catch (RuntimeException e) {
      LOG.warn("the problem of {} could not be noted", bot, e);
    }
  }

  private void end() {
    become(State.ENDED);
    events.close();
  }

  /// After a refusal it counts as open for a while, so that nobody opens it anew at once.
  @Override
  public boolean isOpen() {
    return state != State.ENDED || System.nanoTime() - heldUntilNanos < 0;
  }

  @Override
  public void close() {
    heldUntilNanos = System.nanoTime();
    become(State.ENDED);
    var built = connection;
    if (built != null) {
      built.shutdownNow();
    }
    events.close();
  }

  /// Each bot identifies itself at its own pace, so none waits for another.
  @Override
  public void appendSession(SessionConnectNode node) {
    tools
        .threads()
        .execute(() -> {
          try {
            node.run(true);
          } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
          } catch (RuntimeException e) {
            LOG.info("the gateway was not reached for {}: {}", bot, e.toString());
            report(Optional.of(NOT_REACHED));
            close();
          }
        });
  }

  @Override
  public void removeSession(SessionConnectNode node) {
    // Nothing waits.
  }

  @Override
  public String getGateway() {
    return gatewayUrl;
  }

  @Override
  public ShardedGateway getShardedGateway(JDA api) {
    return new ShardedGateway(gatewayUrl, 1);
  }
}
