package dev.pennyworth.botsapi;

import dev.pennyworth.botsapi.TestingTelegram.Call;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Pattern;

/// The updates that Telegram keeps for bots until they were fetched, as `getUpdates` documents it:
/// an offset forgets all before it, a call that comes meanwhile ends the one before, and with a
/// webhook there is nothing to fetch.
final class TestingTelegramUpdates implements AutoCloseable {
  private static final int ROWS_MAX = 100;
  private static final Pattern URL = Pattern.compile("https?://[^\"\\s]+");

  private final AtomicInteger polled = new AtomicInteger();
  private final AtomicInteger conflicts = new AtomicInteger();
  private final Map<String, Bot> bots = new ConcurrentHashMap<>();

  /// How an answer is written.
  interface Writer {
    void write(int status, String body) throws IOException;
  }

  private static final class Bot {
    final ReentrantLock lock = new ReentrantLock();
    final Condition changed = lock.newCondition();
    final TreeMap<Integer, String> waiting = new TreeMap<>();
    String webhook = "";
    int calls;
    boolean isClosed;
  }

  private Bot bot(String token) {
    return bots.computeIfAbsent(token, _ -> new Bot());
  }

  /// Somebody wrote to a bot.
  ///
  /// @param update as Telegram sends it
  void add(String token, int id, String update) {
    var bot = bot(token);
    bot.lock.lock();
    try {
      bot.waiting.put(id, update);
      bot.changed.signalAll();
    } finally {
      bot.lock.unlock();
    }
  }

  /// How many were not confirmed yet.
  int waiting(String token) {
    var bot = bot(token);
    bot.lock.lock();
    try {
      return bot.waiting.size();
    } finally {
      bot.lock.unlock();
    }
  }

  /// How many calls wait for updates now, over all bots.
  int polled() {
    return polled.get();
  }

  /// How many calls were ended by another one of the same bot.
  int conflicts() {
    return conflicts.get();
  }

  /// Whether no call of the bot waits.
  boolean isQuiet(String token) {
    var bot = bot(token);
    bot.lock.lock();
    try {
      return !bot.lock.hasWaiters(bot.changed);
    } finally {
      bot.lock.unlock();
    }
  }

  /// Where a bot's messages are sent to; empty if nowhere.
  String webhook(String token) {
    return bot(token).webhook;
  }

  void note(Call call) {
    var bot = bot(call.token());
    if (call.method().equals("deletewebhook")) {
      bot.webhook = "";
    } else if (call.method().equals("setwebhook")) {
      var url = URL.matcher(call.body());
      bot.webhook = url.find() ? url.group() : "";
    }
  }

  void answer(Call call, Writer writer) throws IOException {
    var bot = bot(call.token());
    bot.lock.lock();
    try {
      if (!bot.webhook.isEmpty()) {
        writer.write(409, conflict("can't use getUpdates method while webhook is active"));
        return;
      }
      int number = ++bot.calls;
      polled.incrementAndGet();
      bot.changed.signalAll();
      bot.waiting.headMap(call.json().path("offset").asInt()).clear();
      long nanos = TimeUnit.SECONDS.toNanos(call.json().path("timeout").asInt());
      while (bot.waiting.isEmpty() && nanos > 0 && number == bot.calls && !bot.isClosed) {
        nanos = bot.changed.awaitNanos(nanos);
      }
      polled.decrementAndGet();
      if (number == bot.calls) {
        var found = bot.waiting.values().stream().limit(ROWS_MAX).toList();
        writer.write(200, "{\"ok\":true,\"result\":[" + String.join(",", found) + "]}");
      } else {
        conflicts.incrementAndGet();
        writer.write(409, conflict("terminated by other getUpdates request"));
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    } finally {
      bot.lock.unlock();
    }
  }

  private static String conflict(String why) {
    return "{\"ok\":false,\"error_code\":409,\"description\":\"Conflict: " + why + "\"}";
  }

  @Override
  public void close() {
    for (var bot : bots.values()) {
      bot.lock.lock();
      try {
        bot.isClosed = true;
        bot.changed.signalAll();
      } finally {
        bot.lock.unlock();
      }
    }
  }
}
