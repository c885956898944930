package dev.pennyworth.connectors.telegram;

import dev.pennyworth.agentloop.Acceptance;
import dev.pennyworth.agentloop.SecretText;
import dev.pennyworth.connectors.HttpFailure;
import dev.pennyworth.connectors.Listening;
import dev.pennyworth.connectors.Slot;
import dev.pennyworth.connectors.WebhookBot;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.telegram.telegrambots.meta.api.methods.updates.DeleteWebhook;
import org.telegram.telegrambots.meta.api.objects.Update;

/// Fetches one bot's updates, one call after the other. What it has read is confirmed to Telegram
/// by the next call, and thus only once it is stored: whatever breaks, Telegram has the rest.
///
/// A message over a rate limit is left with Telegram and asked for again; so are those that the
/// same person wrote after it, so that they stay in order. What others wrote goes on.
final class TelegramPolling implements Listening {
  private static final Logger LOG = LoggerFactory.getLogger(TelegramPolling.class);

  private static final Duration LIMITED = Duration.ofSeconds(2);
  private static final Duration CONFLICT = Duration.ofSeconds(15);
  private static final Duration REFUSED = Duration.ofMinutes(1);
  private static final List<Duration> BROKEN =
      List.of(
          Duration.ofSeconds(1),
          Duration.ofSeconds(2),
          Duration.ofSeconds(5),
          Duration.ofSeconds(15),
          Duration.ofSeconds(30));

  /// One cut connection is no news.
  private static final int BROKEN_BEFORE_TOLD = 3;

  private static final String OTHER_PROGRAM =
      "Another program fetches this bot's messages with the same token, so that some are lost to it."
          + " Stop that program, or make a new token with @BotFather.";

  private final TelegramApi api;
  private final TelegramIntake intake;
  private final String id;
  private final SecretText token;
  private final Slot slot;
  private final CountDownLatch ending = new CountDownLatch(1);
  private volatile boolean isOpen = true;
  private TelegramCursor cursor;
  private int broken;

  TelegramPolling(TelegramApi api, TelegramIntake intake, WebhookBot bot, Slot slot) {
    this.api = api;
    this.intake = intake;
    this.id = bot.settings().bot().toString();
    this.token = bot.requiredConfig("bot_token");
    this.slot = slot;
    this.cursor = TelegramCursor.read(slot.cursor(), token);
  }

  @Override
  public boolean isOpen() {
    return isOpen;
  }

  @Override
  public void close() {
    ending.countDown();
    api.endUpdates(token);
  }

  /// Fetches until it is closed, or something of ours breaks.
  void run() {
    try {
      while (ending.getCount() > 0 && slot.isOurs()) {
        var pause = poll();
        if (!pause.isZero()) {
          ending.await(pause.toMillis(), TimeUnit.MILLISECONDS);
        }
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    } catch (HttpFailure _) {
      LOG.debug("{} is not active any more", id);
    } catch (RuntimeException e) {
      LOG.warn("fetching the messages of {} broke off; it begins anew", id, e);
    } finally {
      isOpen = false;
    }
  }

  /// How long to wait before the next call.
  private Duration poll() {
    List<Update> updates;
    try {
      updates = api.updates(token, cursor.offset(intake.now()));
    } catch (TelegramFailure failure) {
      return ending.getCount() > 0 ? pause(failure) : Duration.ZERO; // it was ended by us
    }
    broken = 0;
    slot.report(Optional.empty());
    return updates.isEmpty() || ending.getCount() == 0 ? Duration.ZERO : take(updates);
  }

  private Duration take(List<Update> updates) {
    var bot = intake.require(id);
    var limited = OptionalInt.empty();
    var behind = new HashSet<String>();
    int next = 0;
    for (var update : updates) {
      if (!take(bot, update, behind) && limited.isEmpty()) {
        limited = OptionalInt.of(update.getUpdateId());
      }
      next = update.getUpdateId() + 1;
    }
    var read = cursor.to(limited.orElse(next), intake.now());
    if (!slot.keep(read.toString())) {
      ending.countDown(); // another node has the slot
    }
    cursor = read;
    return limited.isPresent() ? LIMITED : Duration.ZERO;
  }

  /// Whether the update is done with.
  ///
  /// @param behind those of whom a message was over the limit
  private boolean take(WebhookBot bot, Update update, Set<String> behind) {
    var message = intake.read(bot, update);
    if (message.isEmpty()) {
      return true;
    }
    var from = message.get().channelId() + " " + message.get().endUserId();
    if (behind.contains(from)
        || intake.tryAccept(bot, message.get()) instanceof Acceptance.RateLimited) {
      behind.add(from);
      return false;
    }
    return true;
  }

  private Duration pause(TelegramFailure failure) {
    if (failure.kind() != TelegramFailure.Kind.REFUSED) {
      return pauseOfBroken(failure);
    }
    if (failure.code() == 429) {
      return failure.retryAfter().orElse(CONFLICT);
    }
    if (failure.isOfToken()) {
      slot.report(Optional.of(TelegramConnector.TOKEN_REFUSED));
      return REFUSED;
    }
    if (failure.code() == 409) {
      return pauseOfConflict(failure);
    }
    slot.report(Optional.of("Telegram refused: %s.".formatted(failure.description())));
    return REFUSED;
  }

  private Duration pauseOfBroken(TelegramFailure failure) {
    broken++;
    if (broken >= BROKEN_BEFORE_TOLD) {
      slot.report(
          Optional.of(failure.description() + " Messages come as soon as it can be reached."));
    }
    return BROKEN.get(Math.min(broken, BROKEN.size()) - 1);
  }

  /// A webhook that was set when this server had a public address is ours to take back.
  private Duration pauseOfConflict(TelegramFailure failure) {
    if (!failure.description().contains("webhook")) {
      slot.report(Optional.of(OTHER_PROGRAM));
      return CONFLICT;
    }
    try {
      api.execute(token, DeleteWebhook.builder().build());
      return Duration.ofSeconds(1);
    } catch (TelegramFailure again) {
      slot.report(Optional.of("Telegram refused: %s.".formatted(again.description())));
      return CONFLICT;
    }
  }
}
