package dev.pennyworth.connectors.telegram;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pennyworth.billing.BotId;
import dev.pennyworth.billing.TeamId;
import dev.pennyworth.connectors.UnreadableMessage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.telegram.telegrambots.meta.api.objects.Update;

/// Each file is an update in the shape that Telegram documents, with what becomes of it; `null` for
/// what is not answered.
class TelegramInboundTest {
  private static final Path CASES =
      Path.of("src/test/resources/dev/pennyworth/connectors/telegram");
  private static final TeamId TEAM = new TeamId(new UUID(1, 1));
  private static final BotId BOT = new BotId(new UUID(2, 2));
  private static final TelegramInbound.Self SELF =
      new TelegramInbound.Self(42, Optional.of("penny_test_bot"));

  static Stream<String> cases() throws IOException {
    try (var files = Files.list(CASES)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList().stream();
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void anUpdateIsReadAsItsFileSays(String file) throws IOException {
    var expected = read(file).path("expected");

    var message = TelegramInbound.read(update(file), TEAM, BOT, () -> SELF);

    if (expected.isNull()) {
      assertThat(message).isEmpty();
      return;
    }
    var found = message.orElseThrow();
    assertThat(found.eventId())
        .isEqualTo(
            expected
                .path("event_id")
                .asText("update/" + read(file).at("/update/update_id").intValue()));
    assertThat(found.notice()).isEqualTo(notice(expected));
    assertThat(found.channelId()).isEqualTo(expected.path("channel_id").textValue());
    assertThat(found.endUserId()).isEqualTo(expected.path("end_user_id").textValue());
    assertThat(found.text()).isEqualTo(expected.path("text").textValue());
    assertThat(found.replyTo())
        .isEqualTo(Optional.ofNullable(expected.path("reply_to").textValue()));
    assertThat(found.endUserName()).contains("Ada");
  }

  @Test
  void inAGroupOneWhoseNameIsUnknownHearsRepliesOnly() throws IOException {
    var nameless = new TelegramInbound.Self(42, Optional.empty());

    assertThat(TelegramInbound.read(update("group-mention.json"), TEAM, BOT, () -> nameless))
        .isEmpty();
    assertThat(
            TelegramInbound.read(update("group-reply-to-the-bot.json"), TEAM, BOT, () -> nameless))
        .isPresent();
  }

  @Test
  void inPrivateNobodyIsAskedWhoTheBotIs() throws IOException {
    var message =
        TelegramInbound.read(
            update("private-text.json"),
            TEAM,
            BOT,
            () -> {
              throw new AssertionError("asked");
            });

    assertThat(message).isPresent();
  }

  private static Optional<String> notice(JsonNode expected) {
    return expected.path("notice").asBoolean()
        ? Optional.of(UnreadableMessage.NOTICE)
        : Optional.empty();
  }

  private static Update update(String file) throws IOException {
    return TelegramUpdates.update(read(file).path("update"));
  }

  private static JsonNode read(String file) throws IOException {
    return TelegramApi.MAPPER.readTree(CASES.resolve(file).toFile());
  }
}
