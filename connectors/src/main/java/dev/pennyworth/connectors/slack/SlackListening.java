package dev.pennyworth.connectors.slack;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import com.slack.api.socket_mode.request.DisconnectMessage;
import com.slack.api.socket_mode.request.EventsApiEnvelope;
import com.slack.api.socket_mode.request.HelloMessage;
import com.slack.api.socket_mode.request.SlashCommandsEnvelope;
import com.slack.api.socket_mode.response.AckResponse;
import com.slack.api.socket_mode.response.MessagePayload;
import com.slack.api.socket_mode.response.MessageResponse;
import com.slack.api.socket_mode.response.SocketModeResponse;
import com.slack.api.util.json.GsonFactory;
import dev.pennyworth.agentloop.Acceptance;
import dev.pennyworth.connectors.Listening;
import dev.pennyworth.connectors.Slot;
import dev.pennyworth.connectors.WebhookBot;
import dev.pennyworth.connectors.WebhookIntake;
import dev.pennyworth.connectors.slack.HttpSlackSockets.Socket;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One bot's Socket Mode. An envelope is acknowledged once its message is stored, never before:
/// what is not, Slack sends again. When Slack asks for a new connection, it is opened before the
/// old one goes. Source: docs.slack.dev, using Socket Mode.
final class SlackListening implements Listening, HttpSlackSockets.Receiver {
  private static final Logger LOG = LoggerFactory.getLogger(SlackListening.class);
  private static final Gson GSON = GsonFactory.createSnakeCase();
  private static final String SWITCHED_OFF =
      "Socket Mode is switched off for the app. Switch it on at https://api.slack.com/apps, under"
          + " Socket Mode.";

  private final SlackApi api;
  private final HttpSlackSockets sockets;
  private final WebhookIntake intake;
  private final SlackEvents events;
  private final WebhookBot bot;
  private final Slot slot;
  private final ExecutorService threads;
  private @Nullable Socket current;
  private boolean isClosed;

  SlackListening(
      SlackApi api,
      HttpSlackSockets sockets,
      WebhookIntake intake,
      SlackEvents events,
      WebhookBot bot,
      Slot slot,
      ExecutorService threads) {
    this.api = api;
    this.sockets = sockets;
    this.intake = intake;
    this.events = events;
    this.bot = bot;
    this.slot = slot;
    this.threads = threads;
  }

  /// Begins to connect. Returns at once.
  void connect() {
    threads.execute(() -> {
      try {
        sockets.open(api.openSocket(bot.requiredConfig("app_token")), this);
      } catch (SlackFailure failure) {
        report(failure.isOfToken() ? SlackConnector.APP_TOKEN_REFUSED : failure.description());
        close();
      } catch (RuntimeException e) {
        LOG.warn("connecting {} to Slack failed", bot.settings().bot(), e);
        close();
      }
    });
  }

  private void report(String problem) {
    try {
      slot.report(Optional.of(problem));
    } catch (RuntimeException e) {
      LOG.warn("a problem of {} could not be noted", bot.settings().bot(), e);
    }
  }

  @Override
  public void received(Socket socket, String text) {
    var envelope = SlackEvent.object(text).orElseGet(JsonObject::new);
    switch (SlackEvent.text(envelope, "type")) {
      case HelloMessage.TYPE -> begin(socket);
      case DisconnectMessage.TYPE -> disconnected(SlackEvent.text(envelope, "reason"));
      case EventsApiEnvelope.TYPE -> {
        if (isStored(envelope)) {
          acknowledge(socket, AckResponse.builder().envelopeId(id(envelope)).build());
        }
      }
      case SlashCommandsEnvelope.TYPE ->
          acknowledge(
              socket,
              MessageResponse.builder()
                  .envelopeId(id(envelope))
                  .payload(MessagePayload.builder().text(SlackEvents.POINTER).build())
                  .build());
      default -> {
        if (!id(envelope).isEmpty()) {
          acknowledge(socket, AckResponse.builder().envelopeId(id(envelope)).build());
        }
      }
    }
  }

  /// The connection works from now on; the one before it is not needed any more.
  private void begin(Socket socket) {
    var before = take(socket);
    if (before != null) {
      before.close();
    }
    slot.report(Optional.empty());
  }

  private synchronized @Nullable Socket take(Socket socket) {
    if (isClosed) {
      return socket;
    }
    var before = current;
    current = socket;
    return before;
  }

  private void disconnected(String reason) {
    if (reason.equals("link_disabled")) {
      report(SWITCHED_OFF);
      close();
    } else if (isOpen()) {
      connect();
    }
  }

  /// Whether the envelope needs not come again.
  private boolean isStored(JsonObject envelope) {
    if (!slot.isOurs()) {
      close();
      return false;
    }
    return !(envelope.get("payload") instanceof JsonObject payload)
        || events
            .message(bot, payload)
            .map(message -> intake.tryAccept(bot, message))
            .filter(Acceptance.RateLimited.class::isInstance)
            .isEmpty();
  }

  private static String id(JsonObject envelope) {
    return SlackEvent.text(envelope, "envelope_id");
  }

  private static void acknowledge(Socket socket, SocketModeResponse response) {
    socket.send(GSON.toJson(response));
  }

  /// An old connection that ends after a newer one began does not matter.
  @Override
  public synchronized void ended(Socket socket) {
    if (current == null || current.equals(socket)) {
      isClosed = true;
    }
  }

  @Override
  public synchronized boolean isOpen() {
    return !isClosed;
  }

  @Override
  public void close() {
    var open = closing();
    if (open != null) {
      open.close();
    }
  }

  private synchronized @Nullable Socket closing() {
    isClosed = true;
    return current;
  }
}
