package dev.pennyworth.botsapi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pennyworth.agentloop.Eventually;
import dev.pennyworth.botsapi.TestingSlack.Answer;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Slack by Socket Mode, where it cannot send to this server.
final class SlackSocketModeTest {
  private TestingSlack slack;
  private TestingSlackSockets sockets;
  private TestingServer server;
  private TestingSlackBot chat;

  @BeforeEach
  void start() {
    slack = new TestingSlack();
    sockets = new TestingSlackSockets();
    slack.socketUrl(sockets.url());
    server = TestingServer.start(Map.of("SLACK_API_URL", slack.url()));
    chat = TestingSlackBot.draft(server, "\"app_token\":\"xapp-1-A0001\"", "");
  }

  @AfterEach
  void stop() {
    server.close();
    sockets.close();
    slack.close();
  }

  @Test
  void anEnvelopeIsAcknowledgedAndAnsweredOnce() {
    var active = chat.bot().owner("POST", "/activate", "").json();
    assertThat(active.at("/values/app_manifest").textValue())
        .contains("\"socket_mode_enabled\" : true")
        .doesNotContain("request_url");
    assertThat(active.path("to_do").toString()).contains("Socket Mode: switch it on");
    awaitConnection(1);

    var event = TestingSlackBot.event(1, TestingSlackBot.direct(1, "Hello?"));
    sockets.sendEvent("e1", event);
    sockets.sendEvent("e2", event);

    chat.awaitState(1, "sent");
    awaitAcknowledged("e1");
    awaitAcknowledged("e2");
    assertThat(chat.count("turn")).isEqualTo(1);
    assertThat(slack.texts(chat.token())).hasSize(1).first().asString().contains("“Hello?”");
  }

  @Test
  void whatIsNotStoredIsNotAcknowledged() {
    chat.bot().owner("PATCH", "", "{\"end_user_messages_per_minute\":1}");
    chat.bot().owner("POST", "/activate", "");
    awaitConnection(1);

    sockets.sendEvent("e1", TestingSlackBot.event(1, TestingSlackBot.direct(1, "One")));
    sockets.sendEvent("e2", TestingSlackBot.event(2, TestingSlackBot.direct(2, "Two")));
    sockets.sendEvent("e3", TestingSlackBot.event(3, TestingSlackBot.inChannel(3, "Lunch?")));

    awaitAcknowledged("e3");
    assertThat(sockets.isAcknowledged("e1")).isTrue();
    assertThat(sockets.isAcknowledged("e2")).isFalse();
    assertThat(chat.count("turn")).isEqualTo(1);
  }

  @Test
  void aSlashCommandIsToldWhereToWriteAndButtonsAreAcknowledged() {
    chat.bot().owner("POST", "/activate", "");
    awaitConnection(1);

    sockets.send(
        "{\"envelope_id\":\"c1\",\"type\":\"slash_commands\",\"payload\":{\"command\":\"/penny\"}}");
    sockets.send("{\"envelope_id\":\"i1\",\"type\":\"interactive\",\"payload\":{}}");
    sockets.send("no JSON");

    awaitAcknowledged("i1");
    assertThat(sockets.acknowledgement("c1").at("/payload/text").textValue())
        .contains("mention me");
  }

  @Test
  void aCutConnectionIsOpenedAgain() {
    chat.bot().owner("POST", "/activate", "");
    awaitConnection(1);
    sockets.cut();
    awaitConnection(2);

    sockets.sendEvent("e1", TestingSlackBot.event(1, TestingSlackBot.direct(1, "Hello?")));
    chat.awaitState(1, "sent");
  }

  @Test
  void whenSlackAsksForANewConnectionItIsThereBeforeTheOldOneGoes() {
    chat.bot().owner("POST", "/activate", "");
    awaitConnection(1);
    sockets.send("{\"type\":\"disconnect\",\"reason\":\"refresh_requested\"}");
    Eventually.holds("a second one was opened", () -> sockets.opened() == 2);
    Eventually.holds("the first one is closed", () -> sockets.open() == 1);

    sockets.sendEvent("e1", TestingSlackBot.event(1, TestingSlackBot.direct(1, "Hello?")));
    chat.awaitState(1, "sent");
    assertThat(sockets.opened()).isEqualTo(2);
  }

  @Test
  void anAppTokenThatSlackDoesNotTakeIsToldBeforeAndAfter() {
    slack.answer("apps.connections.open", Answer.error("invalid_auth"));
    var refused = chat.bot().owner("POST", "/activate", "");
    assertThat(refused.status()).isEqualTo(422);
    assertThat(refused.json().at("/error/details/field").textValue())
        .isEqualTo("platform_config.app_token");

    chat.bot().owner("POST", "/activate", "");
    slack.answer(call ->
        call.method().equals("apps.connections.open")
            ? Answer.error("invalid_auth")
            : new Answer.Good());
    awaitConnectionThatMayBeGone();
    sockets.cut();
    Eventually.holds(
        "health tells it",
        Duration.ofSeconds(30),
        () -> chat.bot().get("/health").text().contains("connections:write"));
    slack.answer(_ -> new Answer.Good());
    Eventually.holds(
        "health is well again",
        Duration.ofSeconds(60),
        () -> chat.bot().get("/health").text().contains("\"ok\":true"));
  }

  private void awaitConnectionThatMayBeGone() {
    Eventually.holds(
        "it was tried",
        Duration.ofSeconds(30),
        () -> slack.calls("xapp-1-A0001", "apps.connections.open").size() > 2);
  }

  @Test
  void aPausedBotIsNotListenedTo() {
    chat.bot().owner("POST", "/activate", "");
    awaitConnection(1);

    chat.bot().owner("POST", "/pause", "");

    Eventually.holds("nothing is open", Duration.ofSeconds(30), () -> sockets.open() == 0);
  }

  private void awaitConnection(int opened) {
    Eventually.holds(
        "connected",
        Duration.ofSeconds(30),
        () -> sockets.opened() == opened && sockets.open() == 1);
  }

  private void awaitAcknowledged(String envelope) {
    Eventually.holds(
        envelope + " is acknowledged",
        Duration.ofSeconds(30),
        () -> sockets.isAcknowledged(envelope));
  }
}
