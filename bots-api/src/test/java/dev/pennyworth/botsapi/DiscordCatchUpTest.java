package dev.pennyworth.botsapi;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pennyworth.agentloop.Eventually;
import dev.pennyworth.botsapi.TestingDiscord.Answer;
import dev.pennyworth.botsapi.TestingDiscord.Call;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/// A new session of the gateway brings nothing of what was said before: that is read afterwards.
final class DiscordCatchUpTest extends TestingDiscordMeanwhile {
  @Test
  void whatWasSaidMeanwhileIsOneBilledTurnAndOneAnswer() {
    say(2, "Hello?");
    listenAnew(chat);
    chat.awaitState(2, "sent");
    listenAnew(chat);
    awaitRead(chat, 2);

    assertThat(answered(chat)).containsExactly("First.", "Hello?");
    assertThat(chat.count("turn")).isEqualTo(2);
    assertThat(chat.bot().ledger("?bot_id=" + chat.bot().id()).text().split("\"charge\"", -1))
        .hasSize(3);
  }

  @Test
  void whatAConnectionMissedThatWasDeadUnnoticedIsReadToo() {
    server.clock().advance(Duration.ofMinutes(10));
    Eventually.holds(
        "it is noted again how far is heard",
        () ->
            chat.count(
                    "platform_slot WHERE read_upto::bigint >> 22 > %d AND"
                        .formatted(
                            (Long.parseLong(TestingDiscordBot.snowflake(now(), 0)) >> 22)
                                - 600_000))
                == 1);
    discord.history().add(message(now().minus(Duration.ofMinutes(2)), 2, "Hello?"));
    listenAnew(chat);

    chat.awaitState(2, "sent");
    assertThat(answered(chat)).containsExactly("First.", "Hello?");
  }

  @Test
  void severalMessagesAreAnsweredInTheirOrderAndWithWhatIsSaidNow() {
    say(3, "Two.");
    say(2, "One.");
    var isAsked = new CountDownLatch(1);
    var goOn = new CountDownLatch(1);
    discord.answer(call -> {
      if (isOfHistory(call)) {
        isAsked.countDown();
        await(goOn);
      }
      return new Answer.Good();
    });
    listenAnew(chat);
    await(isAsked);
    gateway.send(chat.token(), "MESSAGE_CREATE", message(4, "Three."));
    say(4, "Three.");
    gateway.send(chat.token(), "MESSAGE_CREATE", message(5, "Four."));
    hearElsewhere(chat);
    chat.awaitState(2, "sent");
    goOn.countDown();

    chat.awaitState(6, "sent");
    assertThat(answered(chat)).containsExactly("First.", "One.", "Two.", "Three.", "Four.");
  }

  @Test
  void inAServerAMentionAndAReplyAreAnsweredAndChatterAndBotsAreNot() {
    var self = chat.application().self;
    discord.history().server(chat.channel(), SERVER);
    say(2, "Anybody there?");
    say(3, "<@%s> Hello?".formatted(self));
    var reply = message(4, "And you?").put("type", 19);
    reply.putObject("referenced_message").putObject("author").put("id", self);
    discord.history().add(reply);
    var ofABot = message(5, "<@%s> Beep.".formatted(self));
    ((ObjectNode) ofABot.path("author")).put("bot", true);
    discord.history().add(ofABot);
    discord.history().add(message(6, "<@%s> Hook.".formatted(self)).put("webhook_id", "888"));
    discord.history().add(message(7, "<@%s> joined".formatted(self)).put("type", 7));
    listenAnew(chat);
    awaitRead(chat, 1);

    chat.awaitState(3, "sent");
    assertThat(answered(chat)).containsExactly("First.", "Hello?", "And you?");
    assertThat(chat.count("turn")).isEqualTo(3);
    assertThat(chat.count("turn WHERE reply_to LIKE 'message/%' AND")).isEqualTo(2);
  }

  @Test
  void aLongHistoryIsReadToItsEnd() {
    var mention = "<@" + chat.application().self + "> ";
    discord.history().server(chat.channel(), SERVER);
    for (int i = 2; i < 232; i++) {
      say(i, i % 110 == 0 ? mention + i : "Chatter.");
    }
    listenAnew(chat);

    chat.awaitState(3, "sent");
    assertThat(answered(chat)).containsExactly("First.", "110", "220");
    assertThat(asked(chat)).extracting(Call::query).allMatch(query -> query.contains("limit=100"));
  }

  @Test
  void whatWasSaidWhileItWasPausedIsNotAnswered() {
    chat.bot().owner("POST", "/pause", "");
    Eventually.holds("it is gone", () -> !gateway.isConnected(chat.token()));
    say(2, "While it was paused.");
    server.clock().advance(Duration.ofSeconds(10));
    chat.bot().owner("POST", "/activate", "");
    say(3, "And now?");
    Eventually.holds("it is back", () -> gateway.identified(chat.token()) == 2);

    chat.awaitState(2, "sent");
    awaitRead(chat, 1);
    assertThat(answered(chat)).containsExactly("First.", "And now?");
  }

  @Test
  void toBeActivatedAgainWhileItIsActiveForgetsNothing() {
    say(2, "Hello?");
    server.clock().advance(Duration.ofSeconds(10));
    chat.bot().owner("POST", "/activate", "");

    chat.awaitState(2, "sent");
    assertThat(answered(chat)).containsExactly("First.", "Hello?");
  }

  @Test
  void whoNeverListenedReadsNothing() {
    chat.bot().owner("POST", "/pause", "");
    Eventually.holds(
        "nobody has it", () -> chat.count("platform_slot WHERE owner IS NULL AND") == 1);
    change("UPDATE platform_slot SET read_upto = NULL WHERE team_id = ?");
    chat.bot().owner("POST", "/activate", "");
    say(2, "Hello?");
    Eventually.holds("it is back", () -> gateway.identified(chat.token()) == 2);

    awaitNoted(chat);
    assertThat(asked(chat)).isEmpty();
  }

  @Test
  void whatIsOlderThanADayIsNotAnswered() {
    var now = server.clock().instant();
    discord.history().add(message(now.minus(Duration.ofHours(25)), 2, "Long ago."));
    discord.history().add(message(now.minus(Duration.ofHours(23)), 3, "Today."));
    chat.jdbi()
        .useHandle(handle ->
            handle.execute(
                "UPDATE bot SET active_since = ? WHERE team_id = ?",
                now.minus(Duration.ofDays(9)),
                team()));
    chat.jdbi()
        .useHandle(handle ->
            handle.execute(
                "UPDATE platform_slot SET read_upto = ? WHERE team_id = ?",
                TestingDiscordBot.snowflake(now.minus(Duration.ofDays(8)), 0),
                team()));
    listenAnew(chat);

    chat.awaitState(2, "sent");
    awaitRead(chat, 1);
    assertThat(answered(chat)).containsExactly("First.", "Today.");
  }
}
