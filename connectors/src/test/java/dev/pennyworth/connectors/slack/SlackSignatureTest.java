package dev.pennyworth.connectors.slack;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pennyworth.agentloop.SecretText;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The example of docs.slack.dev, verifying requests from Slack.
class SlackSignatureTest {
  private static final SecretText SECRET = new SecretText("8f742231b10e8888abcd99yyyzzz85a5");
  private static final long AT = 1531420618;
  private static final String SIGNATURE =
      "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503";
  private static final byte[] BODY =
      ("token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V"
              + "&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner"
              + "&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2F"
              + "commands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN"
              + "&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c")
          .getBytes(StandardCharsets.UTF_8);

  @Test
  void slacksOwnExampleIsGood() {
    assertThat(problem(SIGNATURE, SECRET, AT)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(longs = {AT - 300, AT + 300})
  void aClockMayBeFiveMinutesOff(long now) {
    assertThat(problem(SIGNATURE, SECRET, now)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(longs = {AT - 301, AT + 301})
  void furtherAwayIsRefusedBothWays(long now) {
    assertThat(problem(SIGNATURE, SECRET, now))
        .contains(
            "X-Slack-Request-Timestamp is more than 5 minutes away from this server's clock.");
  }

  @Test
  void anotherSecretOrNoneIsRefused() {
    assertThat(problem(SIGNATURE, new SecretText("another"), AT)).isPresent();
    assertThat(problem(SIGNATURE, new SecretText(""), AT)).isPresent();
    assertThat(problem(SIGNATURE.substring(3), SECRET, AT)).isPresent();
  }

  @Test
  void anotherBodyIsRefused() {
    assertThat(
            SlackSignature.problem(
                SIGNATURE,
                Long.toString(AT),
                "{}".getBytes(StandardCharsets.UTF_8),
                SECRET,
                Instant.ofEpochSecond(AT)))
        .isPresent();
  }

  private static Optional<String> problem(String signature, SecretText secret, long now) {
    return SlackSignature.problem(
        signature, Long.toString(AT), BODY, secret, Instant.ofEpochSecond(now));
  }
}
