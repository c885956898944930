package dev.pennyworth.botsapi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pennyworth.agentloop.Eventually;
import dev.pennyworth.botsapi.TestingDiscord.Answer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Reading what was said meanwhile where Discord is slow, broken or says no, and how much is read.
final class DiscordCatchUpLimitsTest extends TestingDiscordMeanwhile {
  @Test
  void whereItCannotBeReadWhoWritesNowIsAnsweredAllTheSame() {
    discord.answer(call ->
        isOfHistory(call) ? Answer.error(500, 0, "500: Internal Server Error") : new Answer.Good());
    listenAnew(chat);
    gateway.send(chat.token(), "MESSAGE_CREATE", message(4, "And now?"));

    chat.awaitState(2, "sent");
    assertThat(answered(chat)).containsExactly("First.", "And now?");
  }

  @Test
  void whereReadingHangsWhoWritesNowIsAnsweredAfterAWhile() {
    var goOn = new CountDownLatch(1);
    discord.answer(call -> {
      if (isOfHistory(call)) {
        await(goOn);
      }
      return new Answer.Good();
    });
    listenAnew(chat);
    gateway.send(chat.token(), "MESSAGE_CREATE", message(4, "And now?"));

    chat.awaitState(2, "sent");
    goOn.countDown();
    assertThat(answered(chat)).containsExactly("First.", "And now?");
  }

  @Test
  void aChannelThatIsRefusedOrBrokenOrSlowIsInNoOthersWay() {
    var channels = List.of("800000000000001001", "800000000000001002", "800000000000001003");
    for (int i = 0; i < channels.size(); i++) {
      var first = message(10 + i, "First.").put("channel_id", channels.get(i));
      gateway.send(chat.token(), "MESSAGE_CREATE", first);
      discord.history().add(message(20 + i, "Hello?").put("channel_id", channels.get(i)));
    }
    chat.awaitState(4, "sent");
    say(2, "Hello?");
    var tries = new AtomicInteger();
    discord.answer(call -> {
      if (!isOfHistory(call)) {
        return new Answer.Good();
      }
      if (call.path().contains(channels.get(0))) {
        return Answer.error(403, 50001, "Missing Access");
      }
      if (call.path().contains(channels.get(1)) && tries.incrementAndGet() <= 2) {
        return new Answer.Status(502, "text/html", "<html>Bad Gateway</html>");
      }
      return call.path().contains(channels.get(2)) && isFirst(channels.get(2))
          ? slower("0.3")
          : new Answer.Good();
    });
    listenAnew(chat);

    chat.awaitState(7, "sent");
    assertThat(answered(chat)).containsExactly("First.", "Hello?");
    assertThat(discord.visible(channels.get(0))).hasSize(1);
    assertThat(discord.visible(channels.get(1))).hasSize(2);
    assertThat(discord.visible(channels.get(2))).hasSize(2);
    assertThat(asked(channels.get(0))).as("who is refused does not ask again").hasSize(1);
    assertThat(gateway.isConnected(chat.token())).isTrue();
  }

  @Test
  void whatIsBrokenOffIsReadByTheNextSession() {
    say(2, "Hello?");
    discord.answer(call ->
        isOfHistory(call) ? Answer.error(503, 0, "503: Service Unavailable") : new Answer.Good());
    listenAnew(chat);
    awaitRead(chat, 1);
    server.clock().advance(Duration.ofMinutes(10));
    hearElsewhere(chat);
    chat.awaitState(2, "sent");
    listenAnew(chat);
    discord.answer(_ -> new Answer.Good());

    chat.awaitState(3, "sent");
    assertThat(answered(chat)).containsExactly("First.", "Hello?");
  }

  @Test
  void whoWritesMoreThanHeMayIsNotAnsweredMoreOften() {
    chat = known(",\"end_user_messages_per_minute\":3");
    for (int i = 2; i < 6; i++) {
      say(i, "Message " + i);
    }
    listenAnew(chat);
    awaitRead(chat, 1);

    chat.awaitState(3, "sent");
    assertThat(chat.count("turn")).isEqualTo(3);
  }

  @Test
  void aBotThatIsPausedWhileItReadsReadsNoFurther() {
    var isAsked = new CountDownLatch(1);
    var goOn = new CountDownLatch(1);
    discord.answer(call -> {
      if (isOfHistory(call)) {
        isAsked.countDown();
        await(goOn);
      }
      return new Answer.Good();
    });
    discord.history().server(chat.channel(), SERVER);
    for (int i = 2; i < 232; i++) {
      say(i, "Chatter.");
    }
    listenAnew(chat);
    await(isAsked);
    chat.bot().owner("POST", "/pause", "");
    Eventually.holds(
        "nobody has it", () -> chat.count("platform_slot WHERE owner IS NULL AND") == 1);
    goOn.countDown();

    listenAnewAnother();
    assertThat(asked(chat)).hasSize(1);
  }

  @Test
  void botsThatStartTogetherReadInTurns() {
    var bots = Stream.generate(() -> known("")).limit(10).toList();
    var goOn = new CountDownLatch(1);
    var atOnce = new AtomicInteger();
    discord.answer(call -> {
      if (isOfHistory(call)) {
        atOnce.incrementAndGet();
        await(goOn);
      }
      return new Answer.Good();
    });
    bots.forEach(TestingDiscordMeanwhile::change);
    for (var bot : bots) {
      discord.history().add(TestingDiscordBot.message(now(), 2, bot.channel(), "Hello?"));
      Eventually.holds("it is back", () -> gateway.identified(bot.token()) == 2);
      hearElsewhere(bot);
    }
    bots.forEach(bot -> bot.awaitState(2, "sent"));
    assertThat(atOnce.get()).isEqualTo(8);
    goOn.countDown();

    bots.forEach(bot -> bot.awaitState(3, "sent"));
  }
}
