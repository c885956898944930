package dev.pennyworth.connectors.telegram;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pennyworth.agentloop.SecretText;
import dev.pennyworth.agentloop.TestingOldServer;
import java.net.URI;
import java.util.Optional;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.telegram.telegrambots.meta.api.methods.GetMe;
import org.telegram.telegrambots.meta.api.methods.send.SendMessage;

class TelegramApiTest {
  private static final SecretText TOKEN = new SecretText("7:AAE");
  private static final String ANSWER = "{\"ok\":true,\"result\":%s}";
  private static final String SELF =
      ANSWER.formatted("{\"id\":7,\"is_bot\":true,\"first_name\":\"Penny\"}");

  @Test
  void whatTelegramTookIsNotInDoubtBecauseOfItsResultsShape() throws Exception {
    try (var server = new TestingOldServer("HTTP/1.1", _ -> ANSWER.formatted("true"));
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var url = Optional.of(URI.create(server.url()));
      try (var transport = new HttpTelegramTransport(url, threads)) {
        var api = new TelegramApi(url, transport);

        assertThat(api.execute(TOKEN, GetMe.builder().build()).getId()).isEqualTo(7);
        assertThat(api.execute(TOKEN, SendMessage.builder().chatId("1").text("Hi").build()))
            .isNotNull();
      }
    }
  }

  @Test
  void aCatchAllResultServesTheSwitchesToo() throws Exception {
    var message = ANSWER.formatted("{\"message_id\":1,\"chat\":{\"id\":1}}");
    try (var server = new TestingOldServer("HTTP/1.1", _ -> message);
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var url = Optional.of(URI.create(server.url()));
      try (var transport = new HttpTelegramTransport(url, threads)) {
        var api = new TelegramApi(url, transport);

        assertThat(api.execute(TOKEN, new TelegramWebhook("https://example.com", "s"))).isTrue();
        assertThat(
                api.execute(TOKEN, SendMessage.builder().chatId("1").text("Hi").build())
                    .getMessageId())
            .isEqualTo(1);
      }
    }
  }

  @Test
  void methodsAreCalledBelowTheSetAddressByTheirDocumentedNamesAndInJson() throws Exception {
    try (var server =
            new TestingOldServer(
                "HTTP/1.0", number -> number == 1 ? SELF : ANSWER.formatted("true"));
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var url = Optional.of(URI.create(server.url() + "/telegram/"));
      try (var transport = new HttpTelegramTransport(url, threads)) {
        var api = new TelegramApi(url, transport);

        api.execute(TOKEN, GetMe.builder().build());
        api.execute(TOKEN, new TelegramWebhook("https://bots.example.com/hook", "s_1"));
      }

      assertThat(server.requests().getFirst()).startsWith("POST /telegram/bot7:AAE/getMe ");
      assertThat(server.requests().getLast())
          .startsWith("POST /telegram/bot7:AAE/setWebhook ")
          .contains("\"url\":\"https://bots.example.com/hook\"")
          .contains("\"secret_token\":\"s_1\"")
          .contains("\"allowed_updates\":[\"message\"]");
    }
  }
}
