package dev.pennyworth.connectors.slack;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.pennyworth.agentloop.InboundMessage;
import dev.pennyworth.billing.BotId;
import dev.pennyworth.billing.TeamId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Each file is a request's body in the shape that Slack documents, with what becomes of it; `null`
/// for what is not answered. `is_talking` says that the bot is in conversation there with whoever
/// writes.
class SlackInboundTest {
  private static final Path CASES = Path.of("src/test/resources/dev/pennyworth/connectors/slack");
  private static final TeamId TEAM = new TeamId(new UUID(1, 1));
  private static final BotId BOT = new BotId(new UUID(2, 2));

  static Stream<String> cases() throws IOException {
    try (var files = Files.list(CASES)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList().stream();
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void anEventIsReadAsItsFileSays(String file) throws IOException {
    var message = read(file, Optional.empty());

    if (file(file).get("expected").isJsonNull()) {
      assertThat(message).isEmpty();
      return;
    }
    var expected = file(file).getAsJsonObject("expected");
    var found = message.orElseThrow();
    assertThat(found.eventId()).isEqualTo(expected.get("event_id").getAsString());
    assertThat(found.channelId()).isEqualTo(expected.get("channel_id").getAsString());
    assertThat(found.endUserId()).isEqualTo(expected.get("end_user_id").getAsString());
    assertThat(found.text()).isEqualTo(expected.get("text").getAsString());
    assertThat(found.platform()).isEqualTo("slack");
    assertThat(found.notice())
        .isEqualTo(Optional.ofNullable(expected.get("notice")).map(JsonElement::getAsString));
  }

  @Test
  void bothEventsOfAMentionAreTheSameTurn() throws IOException {
    var mention = file("mention.json").getAsJsonObject("payload");
    var message = file("mention-as-a-message.json").getAsJsonObject("payload");
    message.getAsJsonObject("event").addProperty("ts", "1790000023.000100");
    mention.getAsJsonObject("event").addProperty("ts", "1790000023.000100");

    assertThat(mention.get("event_id")).isNotEqualTo(message.get("event_id"));
    assertThat(read(mention, false, Optional.empty()).orElseThrow())
        .isEqualTo(read(message, false, Optional.empty()).orElseThrow());
  }

  @Test
  void whoTheBotIsIsAskedWhereTheEventDoesNotTell() throws IOException {
    var payload = file("mention-as-a-message.json").getAsJsonObject("payload");
    payload.remove("authorizations");

    assertThat(read(payload, false, Optional.of("U0BOT")).orElseThrow().text())
        .isEqualTo("what now?");
    assertThat(read(payload, false, Optional.empty())).isEmpty();
  }

  private static Optional<InboundMessage> read(String file, Optional<String> self)
      throws IOException {
    return read(file(file).getAsJsonObject("payload"), file(file).has("is_talking"), self);
  }

  private static Optional<InboundMessage> read(
      JsonObject payload, boolean isTalking, Optional<String> self) {
    var known =
        new SlackInbound.Known() {
          @Override
          public Optional<String> self() {
            return self;
          }

          @Override
          public boolean isTalking(SlackPlace place, String user) {
            return isTalking;
          }
        };
    return SlackEvent.read(payload).flatMap(event -> SlackInbound.read(event, TEAM, BOT, known));
  }

  private static JsonObject file(String name) throws IOException {
    return JsonParser.parseString(Files.readString(CASES.resolve(name))).getAsJsonObject();
  }
}
