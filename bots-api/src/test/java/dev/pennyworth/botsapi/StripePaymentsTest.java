package dev.pennyworth.botsapi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pennyworth.botsapi.TestingStripe.Mood;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Money comes in through Stripe, once, and goes back once. Stripe is a stub that speaks its
/// protocol; the client and the webhooks' signatures are real. Wallets begin with 500 cents.
final class StripePaymentsTest {
  private static TestingStripe stripe;
  private static TestingServer server;
  private TestingTeam team;

  @BeforeAll
  static void start() {
    stripe = new TestingStripe();
    server = TestingServer.start(stripe.environment());
  }

  @AfterAll
  static void stop() {
    server.close();
    stripe.close();
  }

  @BeforeEach
  void register() {
    stripe.be(Mood.PAYS);
    team = server.register();
  }

  @AfterEach
  void theBooksAreProven() {
    var proof = server.get("/api/ledger/verify", team.accessToken());
    assertThat(proof.json().path("ok").booleanValue()).as(proof.text()).isTrue();
  }

  @Test
  void aDepositLeadsToStripesCheckoutAndCreditsNothingYet() {
    var deposit = deposit(1_000);

    assertThat(deposit.status()).as(deposit.text()).isEqualTo(200);
    assertThat(deposit.json().path("status").textValue()).isEqualTo("open");
    assertThat(deposit.json().path("checkout_url").textValue())
        .startsWith("https://checkout.stripe.com/");
    var form = lastSession().form();
    assertThat(form)
        .containsEntry("mode", "payment")
        .containsEntry("line_items[0][price_data][unit_amount]", "1000")
        .containsEntry("line_items[0][price_data][currency]", "usd")
        .containsEntry("payment_intent_data[setup_future_usage]", "off_session")
        .containsEntry("customer_creation", "always")
        .containsEntry("payment_intent_data[metadata][pennyworth_team]", team.id().toString());
    assertThat(TestingStripe.metadata(lastSession(), "metadata"))
        .isEqualTo(TestingStripe.metadata(lastSession(), "payment_intent_data[metadata]"));
    assertBalance(500);
  }

  @Test
  void theSameKeyOpensOneSessionAlsoIfTheFirstAnswerWasLost() {
    int before = stripe.asked("/v1/checkout").size();
    stripe.be(Mood.LOSES_ANSWERS);
    var lost = deposit(1_000, "Idempotency-Key", "lost");
    stripe.be(Mood.PAYS);
    var second = deposit(1_000, "Idempotency-Key", "lost");
    int asked = stripe.asked("/v1/checkout").size();
    var third = deposit(1_000, "Idempotency-Key", "lost");

    assertThat(lost.status()).isEqualTo(503);
    assertThat(lost.errorCode()).isEqualTo("payment_provider_unavailable");
    assertThat(second.status()).isEqualTo(200);
    assertThat(third.text()).isEqualTo(second.text());
    var sessions = stripe.asked("/v1/checkout");
    assertThat(sessions).hasSize(asked);
    assertThat(sessions.subList(before, sessions.size()))
        .extracting(TestingStripe.Asked::idempotencyKey)
        .hasSizeGreaterThan(1)
        .containsOnly(lastSession().idempotencyKey());
  }

  @ParameterizedTest
  @ValueSource(strings = {"499", "50001", "500.5", "0", "-1"})
  void anAmountThatCannotBeIsRefusedWithWhatIsAllowed(String cents) {
    var refused =
        server.post("/api/balance/deposit", team.accessToken(), "{\"amount_cents\":" + cents + "}");

    assertThat(refused.status()).isEqualTo(422);
    assertThat(refused.json().at("/error/details/allowed").asText()).contains("500", "50");
  }

  @Test
  void theSameEventTwentyTimesAtOnceCreditsOnce() {
    var payment = open(1_000);

    var answers = TestingCrowd.atOnce(20, _ -> send("checkout.session.completed", payment.paid()));

    assertThat(answers).extracting(TestingAnswer::status).containsOnly(200);
    assertBalance(1_500);
    assertThat(kinds()).containsExactly("deposit", "free_credit");
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void everyWayOfTellingInAnyOrderCreditsOnce(long seed) {
    var payment = open(1_000);
    var events =
        new ArrayList<>(
            List.of(
                event("checkout.session.completed", payment.paid()),
                event("checkout.session.completed", payment.unpaid()),
                event("checkout.session.async_payment_succeeded", payment.paid()),
                event("checkout.session.expired", payment.unpaid()),
                event("checkout.session.async_payment_failed", payment.unpaid()),
                event("payment_intent.succeeded", payment.intentPaid()),
                event("payment_intent.payment_failed", payment.intentPaid())));
    events.addAll(List.copyOf(events));
    Collections.shuffle(events, new Random(seed));

    var answers =
        TestingCrowd.atOnce(events.size(), n -> TestingStripe.send(server, events.get(n)));

    assertThat(answers).extracting(TestingAnswer::status).containsOnly(200);
    assertBalance(1_500);
    assertThat(kinds()).containsExactly("deposit", "free_credit");
  }

  @Test
  void aSessionThatIsCompletedAndNotPaidCreditsNothing() {
    var payment = open(1_000);

    send("checkout.session.completed", payment.unpaid());

    assertBalance(500);
  }

  @Test
  void whatWasReallyPaidIsCredited() {
    var payment = open(1_000);

    send(
        "checkout.session.completed",
        payment.paid().replace("\"amount_total\":1000", "\"amount_total\":800"));

    assertBalance(1_300);
  }

  @Test
  void anotherCurrencyIsRefused() {
    var payment = open(1_000);

    var answer = send("checkout.session.completed", payment.paid().replace("\"usd\"", "\"jpy\""));

    assertThat(answer.status()).isEqualTo(200);
    assertBalance(500);
  }

  @Test
  void eventsOfUnknownPaymentsChangeNothing() {
    var payment = open(1_000);
    var nobodys =
        payment
            .paid()
            .replaceAll("[0-9a-f]{8}-[0-9a-f-]{27}", "00000000-0000-0000-0000-000000000001");
    for (var event :
        List.of(
            event("checkout.session.completed", nobodys),
            event("checkout.session.completed", "{\"payment_status\":\"paid\"}"),
            event("payment_intent.succeeded", "{\"id\":\"pi_x\",\"amount_received\":5}"),
            event("charge.refunded", TestingStripePayment.refunded("pi_unknown", 100)),
            event(
                "charge.dispute.created",
                TestingStripePayment.dispute("pi_unknown", "needs_response")),
            event("customer.created", "{\"id\":\"cus_1\"}"),
            "{\"type\":7,\"data\":[]}",
            "{}")) {
      assertThat(TestingStripe.send(server, event).status()).as(event).isEqualTo(200);
    }
    assertBalance(500);
  }

  @ParameterizedTest
  @CsvSource({
    "0, whsec_wrong, 401",
    "-301, whsec_pennyworth, 401",
    "301, whsec_pennyworth, 401",
    "-299, whsec_pennyworth, 200",
    "299, whsec_pennyworth, 200"
  })
  void aSignatureIsOfTheSecretAndOfNow(long secondsOff, String secret, int status) {
    var event = event("checkout.session.completed", open(1_000).paid());
    long then = server.clock().instant().getEpochSecond() + secondsOff;

    var answer =
        TestingStripe.send(
            server,
            event,
            "t=%d,v0=x,v1=old,v1=%s".formatted(then, TestingStripe.sign(then, event, secret)));

    assertThat(answer.status()).isEqualTo(status);
    assertBalance(status == 200 ? 1_500 : 500);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "t=1", "v1=00", "t=x,v1=00", "t=,v1=", "garbage"})
  void withoutASignatureNothingIsWritten(String signature) {
    var event = event("checkout.session.completed", open(1_000).paid());

    var answer = TestingStripe.send(server, event, signature);

    assertThat(answer.status()).isEqualTo(401);
    assertThat(answer.errorCode()).isEqualTo("bad_signature");
    assertBalance(500);
  }

  @Test
  void aSignatureIsOfTheVeryBytes() {
    var event = event("checkout.session.completed", open(1_000).paid());
    long now = server.clock().instant().getEpochSecond();
    var signature =
        "t=" + now + ",v1=" + TestingStripe.sign(now, event, TestingStripe.WEBHOOK_SECRET);

    assertThat(TestingStripe.send(server, event.replace("1000", "50000"), signature).status())
        .isEqualTo(401);
    assertThat(TestingStripe.send(server, event + " ", signature).status()).isEqualTo(401);
    assertBalance(500);
  }

  @Test
  void aRefundIsTakenOnceHoweverItIsTold() {
    var payment = open(1_000);
    send("checkout.session.completed", payment.paid());
    var events =
        List.of(
            event("charge.refunded", TestingStripePayment.refunded(payment.intent(), 300)),
            event(
                "refund.created",
                TestingStripePayment.refund(payment.intent(), "re_1", "pending", 300)),
            event(
                "refund.updated",
                TestingStripePayment.refund(payment.intent(), "re_1", "succeeded", 300)),
            event(
                "charge.refund.updated",
                TestingStripePayment.refund(payment.intent(), "re_1", "succeeded", 300)));

    TestingCrowd.atOnce(20, n -> TestingStripe.send(server, events.get(n % events.size())));

    assertBalance(1_200);
    assertThat(kinds()).containsExactly("refund", "deposit", "free_credit");
    send("refund.failed", TestingStripePayment.refund(payment.intent(), "re_1", "failed", 300));
    assertBalance(1_500);
  }

  @Test
  void aDisputeIsTakenOnceAndGivenBackOnceWhenItIsWon() {
    var payment = open(1_000);
    send("checkout.session.completed", payment.paid());

    for (int i = 0; i < 2; i++) {
      send(
          "charge.dispute.created",
          TestingStripePayment.dispute(payment.intent(), "needs_response"));
      send(
          "charge.dispute.funds_withdrawn",
          TestingStripePayment.dispute(payment.intent(), "needs_response"));
    }
    assertBalance(500);
    for (int i = 0; i < 2; i++) {
      send("charge.dispute.closed", TestingStripePayment.dispute(payment.intent(), "won"));
      send(
          "charge.dispute.funds_reinstated", TestingStripePayment.dispute(payment.intent(), "won"));
      send(
          "charge.dispute.created",
          TestingStripePayment.dispute(payment.intent(), "needs_response"));
    }

    assertBalance(1_500);
    assertThat(kinds()).containsExactly("dispute_won", "dispute", "deposit", "free_credit");
  }

  @Test
  void aDisputeThatIsToldBeforeThePaymentIsFoundByAskingStripe() {
    var payment = open(1_000);
    stripe.addIntent(payment.intent(), payment.metadata());

    send(
        "charge.dispute.created", TestingStripePayment.dispute(payment.intent(), "needs_response"));
    assertBalance(500);
    send("payment_intent.succeeded", payment.intentPaid());

    assertBalance(500);
    assertThat(kinds()).containsExactly("dispute", "deposit", "free_credit");
  }

  @Test
  void ifStripeCannotSayWhoseADisputeIsItIsToSendItAgain() {
    stripe.be(Mood.IS_DOWN);

    assertThat(
            send(
                    "charge.dispute.created",
                    TestingStripePayment.dispute("pi_late", "needs_response"))
                .status())
        .isEqualTo(503);
  }

  @Test
  void whatIsNotThereAnyMoreIsTheHouses() {
    var payment = open(1_000);
    send("checkout.session.completed", payment.paid());

    send(
        "charge.dispute.created",
        TestingStripePayment.dispute(payment.intent(), "needs_response", 1_600));

    assertBalance(0);
    var ledger = server.get("/api/ledger?kind=dispute", team.accessToken()).text();
    assertThat(ledger).contains("\"amount_cents\":-1500");
  }

  @Test
  void theSandboxsPageIsNotThere() {
    open(1_000);
    var path = "/checkout/" + team.id() + "/" + paymentId();

    var paid =
        server.send(
            HttpRequest.newBuilder(URI.create(server.address() + path))
                .POST(BodyPublishers.noBody())
                .build());

    assertThat(paid.status()).isEqualTo(404);
    assertBalance(500);
    assertThat(server.get("/checkout/thanks", "").status()).isEqualTo(200);
  }

  private TestingStripePayment open(long cents) {
    assertThat(deposit(cents).status()).isEqualTo(200);
    var metadata = TestingStripe.metadata(lastSession(), "metadata");
    var intent = "pi_" + metadata.get("pennyworth_payment");
    return new TestingStripePayment(metadata, intent, "cus_" + team.id(), cents);
  }

  private static String paymentId() {
    return String.valueOf(
        TestingStripe.metadata(lastSession(), "metadata").get("pennyworth_payment"));
  }

  private static String event(String type, String object) {
    return TestingStripe.event(type, object);
  }

  private static TestingAnswer send(String type, String object) {
    return TestingStripe.send(server, event(type, object));
  }

  private static TestingStripe.Asked lastSession() {
    return stripe.asked("/v1/checkout/sessions").getLast();
  }

  private TestingAnswer deposit(long cents, String... headers) {
    return server.post(
        "/api/balance/deposit", team.accessToken(), "{\"amount_cents\":" + cents + "}", headers);
  }

  private void assertBalance(long cents) {
    assertThat(server.get("/api/balance", team.accessToken()).json().path("balance_cents").asLong())
        .isEqualTo(cents);
  }

  private List<String> kinds() {
    return server
        .get("/api/ledger", team.accessToken())
        .json()
        .path("entries")
        .findValuesAsText("kind");
  }
}
