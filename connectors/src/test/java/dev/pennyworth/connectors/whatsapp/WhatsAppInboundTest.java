package dev.pennyworth.connectors.whatsapp;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pennyworth.agentloop.InboundMessage;
import dev.pennyworth.billing.BotId;
import dev.pennyworth.billing.TeamId;
import dev.pennyworth.connectors.DeliveryReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Each file is a body in the shape that Meta documents, with what becomes of it.
class WhatsAppInboundTest {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final Path CASES =
      Path.of("src/test/resources/dev/pennyworth/connectors/whatsapp");
  private static final TeamId TEAM = new TeamId(new UUID(1, 1));
  private static final BotId BOT = new BotId(new UUID(2, 2));
  private static final String NUMBER = "106540352242922";

  static Stream<String> cases() throws IOException {
    try (var files = Files.list(CASES)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList().stream();
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void aBodyIsReadAsItsFileSays(String file) throws IOException {
    var example = MAPPER.readTree(CASES.resolve(file).toFile());
    var expected = example.path("expected");

    var events = WhatsAppInbound.read(example.path("webhook"), TEAM, BOT, NUMBER);

    assertThat(events.messages().stream().<JsonNode>map(WhatsAppInboundTest::json))
        .containsExactlyElementsOf(expected.path("messages"));
    assertThat(events.reports().stream().<JsonNode>map(WhatsAppInboundTest::json))
        .containsExactlyElementsOf(expected.path("reports"));
  }

  private static ObjectNode json(InboundMessage message) {
    assertThat(message.platform()).isEqualTo("whatsapp");
    return MAPPER
        .createObjectNode()
        .put("event_id", message.eventId())
        .put("channel_id", message.channelId())
        .put("end_user_id", message.endUserId())
        .put("end_user_name", message.endUserName().orElse(null))
        .put("text", message.text())
        .put("reply_to", message.replyTo().orElse(null))
        .put("is_told_a_notice", message.notice().isPresent());
  }

  private static ObjectNode json(DeliveryReport report) {
    return MAPPER
        .createObjectNode()
        .put("turn", report.turn().map(Object::toString).orElse(null))
        .put("message_id", report.messageId())
        .put("end_user_id", report.endUserId())
        .put("status", report.status().word())
        .put("error", report.error().orElse(null));
  }
}
