package dev.pennyworth.botsapi.events;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.GreenMailUtil;
import com.icegreen.greenmail.util.ServerSetup;
import dev.pennyworth.agentloop.Eventually;
import dev.pennyworth.billing.EventType;
import dev.pennyworth.botsapi.TestingBot;
import dev.pennyworth.botsapi.TestingServer;
import jakarta.mail.MessagingException;
import jakarta.mail.internet.MimeMessage;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;

/// Owners read about what matters by e-mail, sent to a real mail server.
final class EventMailTest {
  private static GreenMail mailServer;
  private static TestingServer server;
  private TestingEvents events;

  @BeforeAll
  static void start() throws IOException {
    mailServer = new GreenMail(new ServerSetup(freePort(), "127.0.0.1", ServerSetup.PROTOCOL_SMTP));
    startMailServer();
    server =
        TestingServer.start(
            Map.of(
                "PENNYWORTH_SMTP_URL",
                "smtp://post:s3cret+%%2F@127.0.0.1:%d?from=Pennyworth%%20%%3Cpenny@example.com%%3E"
                    .formatted(mailServer.getSmtp().getPort())));
  }

  /// A mail server that was stopped has forgotten its users.
  private static void startMailServer() {
    mailServer.start();
    mailServer.setUser("post@example.com", "post", "s3cret+/");
  }

  /// One that stays the same when the mail server starts again.
  private static int freePort() throws IOException {
    try (var socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  @AfterAll
  static void stop() {
    server.close();
    mailServer.stop();
  }

  @BeforeEach
  void register() {
    events = new TestingEvents(server, server.register());
  }

  private List<MimeMessage> received() {
    return Arrays.stream(mailServer.getReceivedMessages()).filter(this::isOurs).toList();
  }

  private boolean isOurs(MimeMessage message) {
    try {
      return Arrays.toString(message.getAllRecipients()).contains(events.team().email());
    } catch (MessagingException e) {
      throw new IllegalStateException(e);
    }
  }

  private MimeMessage await() {
    Eventually.holds("an e-mail arrived", () -> !received().isEmpty());
    return received().getFirst();
  }

  @Test
  void theOwnerReadsWhatHappenedAndWhatCanBeDone() throws Exception {
    events.happen();

    var mail = await();

    assertThat(mail.getSubject()).isEqualTo("Your wallet is down to $1.234567891");
    assertThat(mail.getFrom()[0]).hasToString("Pennyworth <penny@example.com>");
    assertThat(GreenMailUtil.getBody(mail).replace("\r", "").replace("=\n", ""))
        .contains("below $2.00", "You can deposit money", "wallet.low_balance");
    var event = events.get("/api/events").at("/events/0/id").asText();
    assertThat(mail.getMessageID()).isEqualTo("<" + event + "@127.0.0.1>");
  }

  @Test
  void aCapIsToldWithTheBotsName() throws Exception {
    var bot = TestingBot.draft(server, events.team(), "\"name\":\"Front desk\"");
    events.happen(
        EventType.BOT_CAP_THRESHOLD,
        "cap",
        Map.of(
            "bot_id",
            bot.id(),
            "period",
            "day",
            "percent",
            80,
            "limit_nanos",
            1_000_000_000L,
            "spent_nanos",
            800_000_000L,
            "resets_at",
            "2026-03-15T00:00:00Z"));

    assertThat(await().getSubject()).isEqualTo("'Front desk' has spent 80% of its day cap");
  }

  @Test
  void onlyOwnersAndBillingMembersAreWrittenTo() throws Exception {
    var billing = server.register();
    join("billing", billing.email());
    join("editor", server.register().email());

    events.happen();

    assertThat(Arrays.stream(await().getAllRecipients()).map(Object::toString))
        .containsExactlyInAnyOrder(events.team().email(), billing.email());
  }

  private void join(String role, String email) {
    server
        .bean(Jdbi.class)
        .useHandle(handle ->
            handle
                .createUpdate(
                    """
                    INSERT INTO team_member (team_id, user_id, role, created_at)
                    SELECT :team, user_id, :role, :now
                    FROM app_user
                    WHERE email = :email
                    """)
                .bind("team", events.team().id().uuid())
                .bind("role", role)
                .bind("now", server.clock().instant())
                .bind("email", email)
                .execute());
  }

  @Test
  void aMailServerThatIsAwayGetsTheMailLater() {
    mailServer.stop();
    events.happen();
    Eventually.holds("it was tried", () -> attempts() == 1);
    startMailServer();

    server.clock().advance(Duration.ofSeconds(6));

    await();
    assertThat(received()).hasSize(1);
  }

  private int attempts() {
    return server
        .bean(Jdbi.class)
        .withHandle(handle ->
            handle
                .createQuery(
                    """
                    SELECT coalesce(sum(attempts), 0)
                    FROM event_delivery
                    WHERE team_id = :team AND endpoint_id IS NULL AND error IS NOT NULL
                    """)
                .bind("team", events.team().id().uuid())
                .mapTo(Integer.class)
                .one());
  }

  @Test
  void whatIsNotForTheMailIsForProgramsOnly() {
    events.happen(EventType.TURN_PARKED, "first", Map.of("turn_id", "turn_1", "by_mail", true));
    events.happen(EventType.TURN_PARKED, "second", Map.of("turn_id", "turn_2", "by_mail", false));

    await();

    assertThat(received()).hasSize(1);
  }

  @Test
  void withoutAMailServerTheOperatorReadsItInTheLog() {
    var log = new ListAppender<ILoggingEvent>();
    log.start();
    var logger = (Logger) LoggerFactory.getLogger(LogMailer.class);
    logger.addAppender(log);

    new LogMailer().send(new Mail("evt_1", List.of("ann@example.com"), "Low", "One.\n\nTwo."));

    logger.detachAppender(log);
    assertThat(log.list)
        .extracting(ILoggingEvent::getFormattedMessage)
        .containsExactly(
            "E-mail to ann@example.com (in the log only, as PENNYWORTH_SMTP_URL is not set):"
                + " Low | One. Two.");
  }

  /// Another version of billing may know more facts, or fewer.
  @ParameterizedTest
  @EnumSource(EventType.class)
  void everyTypeThatIsSentReadsAsSentencesEvenWithoutFacts(EventType type) {
    var facts = JsonNodeFactory.instance.objectNode().put("odd", "a\r\nBcc: x@example.com");
    var event =
        new StoredEvent(
            EventId.parse("evt_" + "0".repeat(32)).orElseThrow(),
            type.word(),
            facts,
            Instant.parse("2026-03-14T09:26:53Z"));
    var letter = new Letter.ByMail(event, List.of("a@example.com"), "T", Optional.of("B\r\nX: y"));

    var mail = EventMail.write(letter, URI.create("https://example.com"));

    assertThat(mail.isPresent()).isEqualTo(EventMail.isSent(type));
    mail.ifPresent(it -> {
      assertThat(it.subject()).doesNotContain("null", "\n", "\r", "%s");
      assertThat(it.text()).doesNotContain("null", "\nBcc").contains("odd: a Bcc");
    });
  }
}
