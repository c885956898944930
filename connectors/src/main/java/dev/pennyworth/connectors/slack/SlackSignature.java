package dev.pennyworth.connectors.slack;

import dev.pennyworth.agentloop.SecretText;
import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/// How Slack signs a request: `v0=` and the hex HMAC-SHA256 of `v0:{timestamp}:{raw body}`, with a
/// timestamp in unix seconds that may be 5 minutes off, either way. Source: docs.slack.dev,
/// verifying requests from Slack.
final class SlackSignature {
  static final String HEADER = "X-Slack-Signature";
  static final String TIMESTAMP_HEADER = "X-Slack-Request-Timestamp";

  private static final String VERSION = "v0";
  private static final String ALGORITHM = "HmacSHA256";
  private static final Duration SKEW_MAX = Duration.ofMinutes(5);

  private SlackSignature() {}

  /// What is wrong with a request's signature; empty if it is good.
  static Optional<String> problem(
      @Nullable String signature,
      @Nullable String timestamp,
      byte[] body,
      SecretText secret,
      Instant now) {
    if (signature == null || timestamp == null || secret.reveal().isEmpty()) {
      return Optional.of("%s or %s is missing.".formatted(HEADER, TIMESTAMP_HEADER));
    }
    if (!isEqual(signature, sign(timestamp, body, secret))) {
      return Optional.of(HEADER + " does not match the body and the bot's signing secret.");
    }
    if (!isRecent(timestamp, now)) {
      return Optional.of(
          TIMESTAMP_HEADER + " is more than 5 minutes away from this server's clock.");
    }
    return Optional.empty();
  }

  private static String sign(String timestamp, byte[] body, SecretText secret) {
    try {
      var mac = Mac.getInstance(ALGORITHM);
      mac.init(new SecretKeySpec(secret.reveal().getBytes(StandardCharsets.UTF_8), ALGORITHM));
      mac.update("%s:%s:".formatted(VERSION, timestamp).getBytes(StandardCharsets.UTF_8));
      return VERSION + "=" + HexFormat.of().formatHex(mac.doFinal(body));
    } catch (NoSuchAlgorithmException | InvalidKeyException e) {
      throw new IllegalStateException("every Java platform has " + ALGORITHM, e);
    }
  }

  /// In constant time: how long it takes says nothing about where they differ.
  private static boolean isEqual(String given, String expected) {
    return MessageDigest.isEqual(
        given.getBytes(StandardCharsets.UTF_8), expected.getBytes(StandardCharsets.UTF_8));
  }

  private static boolean isRecent(String timestamp, Instant now) {
    if (!timestamp.matches("\\d{1,12}")) {
      return false;
    }
    var skew = Duration.between(Instant.ofEpochSecond(Long.parseLong(timestamp)), now).abs();
    return skew.compareTo(SKEW_MAX) <= 0;
  }
}
