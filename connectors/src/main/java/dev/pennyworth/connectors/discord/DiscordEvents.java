package dev.pennyworth.connectors.discord;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.pennyworth.agentloop.SecretText;
import dev.pennyworth.billing.BotId;
import dev.pennyworth.connectors.WebhookBot;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import net.dv8tion.jda.api.events.RawGatewayEvent;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What the gateway brought for one bot, taken in one after another: two messages of a person keep
/// their order, and the connection waits for no database. The gateway brings each event once, so
/// what cannot be stored is kept and tried again.
final class DiscordEvents implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DiscordEvents.class);
  private static final Set<String> OF_INTEREST = Set.of("MESSAGE_CREATE", "INTERACTION_CREATE");

  /// More than eight times what a bot may take in a minute.
  private static final int WAITING_MAX = 1_000;

  private static final List<Duration> PAUSES =
      List.of(
          Duration.ofMillis(250),
          Duration.ofSeconds(1),
          Duration.ofSeconds(3),
          Duration.ofSeconds(10),
          Duration.ofSeconds(30),
          Duration.ofMinutes(1));

  /// Discord waits three seconds for a command's first answer.
  private static final int ANSWERS_MAX = 3;

  private static final Duration BETWEEN_ANSWERS = Duration.ofMillis(400);

  private static final Duration END_PATIENCE = Duration.ofSeconds(1);

  private record Heard(String event, JsonNode payload, String self) {}

  /// Wakes who waits for more.
  private static final Heard END = new Heard("", MissingNode.getInstance(), "");

  private final BotId bot;
  private final DiscordListener.Tools tools;
  private final BlockingQueue<Heard> waiting = new LinkedBlockingQueue<>(WAITING_MAX);
  private final CountDownLatch ended = new CountDownLatch(1);
  private volatile boolean isStarted;
  private volatile boolean isClosed;

  DiscordEvents(BotId bot, DiscordListener.Tools tools) {
    this.bot = bot;
    this.tools = tools;
  }

  void start() {
    isStarted = true;
    tools.threads().execute(this::run);
  }

  /// Called on the connection's own thread: never waits.
  void add(RawGatewayEvent event) {
    if (!OF_INTEREST.contains(event.getType())) {
      return;
    }
    try {
      var heard =
          new Heard(
              event.getType(),
              DiscordApi.MAPPER.readTree(event.getPayload().toJson()),
              event.getJDA().getSelfUser().getId());
      if (!isOfABot(heard.payload()) && !waiting.offer(heard)) {
        LOG.warn("{} hears more than it can take: a message is left out", bot);
      }
    } catch (IOException e) {
      LOG.warn("an event for {} is no JSON: {}", bot, e.getClass().getSimpleName());
    }
  }

  /// Those are many in busy servers.
  private static boolean isOfABot(JsonNode payload) {
    return payload.at("/author/bot").asBoolean();
  }

  private void run() {
    try {
      while (!isClosed || !waiting.isEmpty()) {
        var heard = waiting.take();
        if (!heard.event().isEmpty()) {
          takeIn(heard);
        }
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    } finally {
      ended.countDown();
    }
  }

  private void takeIn(Heard heard) throws InterruptedException {
    for (var pause : PAUSES) {
      try {
        accept(heard);
        return;
      } catch (RuntimeException e) {
        LOG.warn("an event for {} could not be stored; trying again: {}", bot, e.toString());
        Thread.sleep(pause);
      }
    }
    LOG.error("an event for {} was given up", bot);
  }

  private void accept(Heard heard) throws InterruptedException {
    var found = tools.bots().find(bot).filter(WebhookBot::isActive);
    if (found.isEmpty()) {
      return;
    }
    if (heard.event().equals("INTERACTION_CREATE")) {
      interaction(found.get(), heard.payload());
      return;
    }
    var settings = found.get().settings();
    DiscordInbound.message(heard.event(), heard.payload(), settings.team(), bot, heard.self())
        .ifPresent(message -> tools.intake().accept(found.get(), message));
  }

  private void interaction(WebhookBot found, JsonNode payload) throws InterruptedException {
    var answer = tools.intake().take(found, payload);
    if (answer.isRepeat() || answer.answer().isEmpty()) {
      return;
    }
    var id = payload.path("id").asText();
    var token = new SecretText(payload.path("token").asText());
    for (int i = 0; i < ANSWERS_MAX; i++) {
      try {
        tools.api().answer(id, token, answer.answer().get());
        return;
      } catch (DiscordFailure failure) {
        LOG.info("a command for {} was not answered in time: {}", bot, failure.description());
        if (failure.isRefused()) {
          return;
        }
        Thread.sleep(BETWEEN_ANSWERS);
      }
    }
  }

  /// Waits a moment for what is still to be stored.
  @Override
  public void close() {
    isClosed = true;
    boolean isTold = waiting.offer(END); // where there is no room, it looks by itself
    if (isStarted && isTold) {
      try {
        var _ = ended.await(END_PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
      } catch (InterruptedException _) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
