package dev.pennyworth.connectors.discord;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pennyworth.agentloop.SecretText;
import dev.pennyworth.billing.BotId;
import dev.pennyworth.connectors.Slot;
import dev.pennyworth.connectors.WebhookBot;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import net.dv8tion.jda.api.events.RawGatewayEvent;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What the gateway brought for one bot, taken in one after another: two messages of a person keep
/// their order, and the connection waits for no database. The gateway brings each event once, so
/// what cannot be stored is kept and tried again.
///
/// A new session begins with a [DiscordCatchUp]. Until that has read a channel, what the gateway
/// brings of it is held, so that it comes behind what was said before. How far all is heard is kept
/// in the slot.
final class DiscordEvents implements AutoCloseable, DiscordCatchUp.Progress {
  private static final Logger LOG = LoggerFactory.getLogger(DiscordEvents.class);
  private static final String NEW_SESSION = "READY";
  private static final String MESSAGE = "MESSAGE_CREATE";
  private static final Set<String> OF_INTEREST = Set.of(NEW_SESSION, MESSAGE, "INTERACTION_CREATE");

  /// More than eight times what a bot may take in a minute.
  private static final int WAITING_MAX = 1_000;

  private static final Duration END_PATIENCE = Duration.ofSeconds(1);
  private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(1);

  /// So long does a message wait for those that were sent before it, at most.
  private static final Duration HOLD_MAX = Duration.ofSeconds(20);

  /// How often the slot learns how far all is heard.
  private static final Duration BETWEEN_NOTES = Duration.ofSeconds(30);

  /// Longer than a dead connection passes for a living one: two heartbeats of Discord's. What is
  /// read twice is seen to be the same.
  private static final Duration MARGIN = Duration.ofMinutes(3);

  private sealed interface Heard {
    /// Of the gateway.
    record Event(String type, JsonNode payload, String self, Instant at) implements Heard {}

    record Read(DiscordCatchUp by, String channel) implements Heard {}

    record CaughtUp(DiscordCatchUp by, boolean isWhole) implements Heard {}

    /// Wakes who waits for more.
    record End() implements Heard {}
  }

  private final DiscordHearing hearing;
  private final BotId bot;
  private final SecretText token;
  private final DiscordListener.Tools tools;
  private final Slot slot;
  private final BooleanSupplier isConnected;
  private final BlockingQueue<Heard> waiting = new LinkedBlockingQueue<>(WAITING_MAX);
  private final CountDownLatch ended = new CountDownLatch(1);
  private volatile boolean isStarted;
  private volatile boolean isClosed;
  private volatile Optional<DiscordCatchUp> catchUp = Optional.empty();

  /// By the channel. Touched by one thread only, as all below.
  private final Map<String, List<Heard.Event>> held = new HashMap<>();

  private int heldCount;
  private long heldSinceNanos;
  private boolean isCaughtUp;
  private Instant notedUntil = Instant.EPOCH;

  /// @param isConnected whether the gateway brings what is said now
  DiscordEvents(
      WebhookBot bot, DiscordListener.Tools tools, Slot slot, BooleanSupplier isConnected) {
    this.hearing = new DiscordHearing(bot, tools);
    this.bot = hearing.bot();
    this.token = bot.requiredConfig("bot_token");
    this.tools = tools;
    this.slot = slot;
    this.isConnected = isConnected;
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
          new Heard.Event(
              event.getType(),
              DiscordApi.MAPPER.readTree(event.getPayload().toJson()),
              event.getJDA().getSelfUser().getId(),
              tools.clock().instant());
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
        var looked = tools.clock().instant();
        var heard = waiting.poll(BETWEEN_LOOKS.toMillis(), TimeUnit.MILLISECONDS);
        if (heard == null) {
          noteHeard(looked);
        } else {
          take(heard);
        }
        if (!held.isEmpty() && System.nanoTime() - heldSinceNanos > HOLD_MAX.toNanos()) {
          releaseAll();
        }
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    } finally {
      ended.countDown();
    }
  }

  private void take(Heard heard) throws InterruptedException {
    switch (heard) {
      case Heard.Event event -> {
        if (!isHeld(event)) {
          takeIn(event);
        }
        noteHeard(event.at());
      }
      case Heard.Read(var by, var channel) -> {
        if (isCurrent(by)) {
          release(channel);
        }
      }
      case Heard.CaughtUp(var by, var isWhole) -> {
        if (isCurrent(by)) {
          releaseAll();
          isCaughtUp = isWhole;
        }
      }
      case Heard.End() -> {
        // Awake.
      }
    }
  }

  private boolean isCurrent(DiscordCatchUp other) {
    return catchUp.isPresent() && catchUp.get() == other;
  }

  private boolean isHeld(Heard.Event event) {
    var channel = event.payload().path("channel_id").asText();
    var before = held.get(channel);
    if (before == null || !event.type().equals(MESSAGE) || heldCount == WAITING_MAX) {
      return false;
    }
    before.add(event);
    heldCount++;
    catchUp.ifPresent(reading -> reading.hurry(channel));
    return true;
  }

  private void release(String channel) throws InterruptedException {
    var events = Optional.ofNullable(held.remove(channel)).orElse(List.of());
    heldCount -= events.size();
    for (var event : events) {
      takeIn(event);
    }
  }

  private void releaseAll() throws InterruptedException {
    for (var channel : Set.copyOf(held.keySet())) {
      release(channel);
    }
  }

  private void takeIn(Heard.Event event) throws InterruptedException {
    for (var pause : DiscordHearing.PAUSES) {
      try {
        accept(event);
        return;
      } catch (RuntimeException e) {
        LOG.warn("an event for {} could not be stored; trying again: {}", bot, e.toString());
        Thread.sleep(pause);
      }
    }
    LOG.error("an event for {} was given up", bot);
  }

  private void accept(Heard.Event event) throws InterruptedException {
    switch (event.type()) {
      case NEW_SESSION -> beginCatchUp(event.self());
      case MESSAGE -> {
        var _ = hearing.message(event.payload(), event.self());
      }
      default -> hearing.interaction(event.payload());
    }
  }

  private void beginCatchUp(String self) throws InterruptedException {
    catchUp.ifPresent(DiscordCatchUp::close);
    releaseAll();
    isCaughtUp = false;
    catchUp = DiscordCatchUp.of(hearing, tools, token, slot, self);
    isCaughtUp = catchUp.isEmpty();
    heldSinceNanos = System.nanoTime();
    catchUp.ifPresent(reading -> {
      reading.channels().forEach(channel -> held.put(channel, new ArrayList<>()));
      tools.threads().execute(() -> reading.run(this));
    });
    if (isClosed) {
      catchUp.ifPresent(DiscordCatchUp::close);
    }
  }

  @Override
  public void isRead(DiscordCatchUp by, String channel) {
    tell(new Heard.Read(by, channel));
  }

  @Override
  public void hasEnded(DiscordCatchUp by, boolean isWhole) {
    tell(new Heard.CaughtUp(by, isWhole));
  }

  /// Behind all that was heard before.
  private void tell(Heard heard) {
    try {
      boolean isTold = false;
      while (!isTold && !isClosed) {
        isTold = waiting.offer(heard, BETWEEN_LOOKS.toMillis(), TimeUnit.MILLISECONDS);
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  /// @param until what was said before is stored
  private void noteHeard(Instant until) {
    boolean isDue = !until.isBefore(notedUntil.plus(BETWEEN_NOTES));
    if (!isDue || !isCaughtUp || !isConnected.getAsBoolean()) {
      return;
    }
    try {
      if (slot.keep(DiscordSnowflake.at(until.minus(MARGIN)).toString())) {
        notedUntil = until;
      }
    } catch (RuntimeException e) {
      LOG.debug("how far {} heard could not be noted", bot, e);
    }
  }

  /// Waits a moment for what is still to be stored.
  @Override
  public void close() {
    isClosed = true;
    catchUp.ifPresent(DiscordCatchUp::close);
    boolean isTold = waiting.offer(new Heard.End()); // where there is no room, it looks by itself
    if (isStarted && isTold) {
      try {
        var _ = ended.await(END_PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
      } catch (InterruptedException _) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
