package dev.pennyworth.agentloop;

import dev.pennyworth.billing.BotId;
import dev.pennyworth.billing.TeamId;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/// The bots of a test. Look-ups can be made to break.
final class TestingBots implements Bots {
  private final Map<BotId, BotSettings> bots = new ConcurrentHashMap<>();
  private final AtomicInteger breaksLeft = new AtomicInteger();

  void put(BotSettings bot) {
    bots.put(bot.bot(), bot);
  }

  /// A copy with some settings changed.
  static BotSettings with(BotSettings bot, Map<String, Object> changes) {
    var components = BotSettings.class.getRecordComponents();
    try {
      var values = new Object[components.length];
      for (int i = 0; i < components.length; i++) {
        var stored = components[i].getAccessor().invoke(bot);
        values[i] = changes.getOrDefault(components[i].getName(), stored);
      }
      var types = Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
      return BotSettings.class.getDeclaredConstructor(types).newInstance(values);
    } catch (ReflectiveOperationException e) {
      throw new IllegalArgumentException(e);
    }
  }

  void delete(BotId bot) {
    bots.remove(bot);
  }

  /// The bot, whatever is set to break.
  BotSettings known(BotId bot) {
    return Objects.requireNonNull(bots.get(bot));
  }

  /// Lets the next look-ups of the agent loop throw.
  void breakNext(int times) {
    breaksLeft.set(times);
  }

  @Override
  public Optional<BotSettings> find(TeamId team, BotId bot) {
    if (breaksLeft.getAndUpdate(left -> Math.max(left - 1, 0)) > 0) {
      throw new IllegalStateException("the test wanted this look-up to break");
    }
    return Optional.ofNullable(bots.get(bot)).filter(found -> found.team().equals(team));
  }
}
