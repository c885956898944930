package dev.pennyworth.connectors.discord;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pennyworth.agentloop.InboundMessage;
import dev.pennyworth.billing.BotId;
import dev.pennyworth.billing.TeamId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Each file is an event in the shape that Discord documents, with what becomes of it; `null` for
/// what is not answered.
class DiscordInboundTest {
  private static final Path CASES = Path.of("src/test/resources/dev/pennyworth/connectors/discord");
  private static final TeamId TEAM = new TeamId(new UUID(1, 1));
  private static final BotId BOT = new BotId(new UUID(2, 2));
  private static final Instant NOW = Instant.ofEpochMilli(1_790_000_000_000L);
  private static final String SELF = "900000000000000042";

  static Stream<String> cases() throws IOException {
    try (var files = Files.list(CASES)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList().stream();
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void anEventIsReadAsItsFileSays(String file) throws IOException {
    var recorded = new ObjectMapper().readTree(CASES.resolve(file).toFile());
    var expected = recorded.path("expected");
    var event = recorded.path("event").textValue();
    var payload = recorded.path("d");

    if (event.equals("INTERACTION_CREATE")) {
      assertInteraction(DiscordInbound.interaction(payload, TEAM, BOT, NOW), payload, expected);
      assertThat(DiscordInbound.message(event, payload, TEAM, BOT, SELF)).isEmpty();
      return;
    }
    var message = DiscordInbound.message(event, payload, TEAM, BOT, SELF);
    if (expected.isNull()) {
      assertThat(message).isEmpty();
    } else {
      assertMessage(message.orElseThrow(), expected);
      assertThat(message.get().eventId()).isEqualTo("message/" + payload.path("id").textValue());
    }
  }

  private static void assertInteraction(
      DiscordInteraction found, JsonNode payload, JsonNode expected) {
    var kind =
        switch (found) {
          case DiscordInteraction.Ping _ -> "ping";
          case DiscordInteraction.Typed _ -> "typed";
          case DiscordInteraction.Odd _ -> "odd";
          case DiscordInteraction.Nothing _ -> "nothing";
          case DiscordInteraction.Said(var message) -> {
            assertMessage(message, expected);
            assertThat(message.eventId())
                .isEqualTo("interaction/" + payload.path("id").textValue());
            yield "said";
          }
        };
    assertThat(kind).isEqualTo(expected.path("kind").textValue());
  }

  private static void assertMessage(InboundMessage found, JsonNode expected) {
    assertThat(found.channelId()).isEqualTo(expected.path("channel_id").textValue());
    assertThat(found.endUserId()).isEqualTo(expected.path("end_user_id").textValue());
    assertThat(found.endUserName()).contains(expected.path("name").textValue());
    assertThat(found.text()).isEqualTo(expected.path("text").textValue());
    assertThat(found.notice()).isEqualTo(optional(expected.path("notice")));
    assertThat(found.replyTo()).isEqualTo(optional(expected.path("reply_to")));
    assertThat(found.replyTo().flatMap(DiscordAnswered::of).map(DiscordAnswered::text))
        .isEqualTo(found.replyTo());
  }

  private static Optional<String> optional(JsonNode node) {
    return Optional.ofNullable(node.textValue());
  }
}
