package dev.pennyworth.connectors;

import dev.pennyworth.agentloop.SecretText;
import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/// The signature of a custom webhook: `sha256=` and the hex HMAC-SHA256 of `{timestamp}.{raw
/// body}`, with a timestamp in unix seconds that is at most 5 minutes off either way.
public final class CustomSignature {
  private static final String PREFIX = "sha256=";
  private static final Duration SKEW_MAX = Duration.ofMinutes(5);
  private static final String ALGORITHM = "HmacSHA256";

  private CustomSignature() {}

  /// What is wrong with a request's signature, for the person who signs; empty if it is good.
  static Optional<String> problem(
      @Nullable String signature,
      @Nullable String timestamp,
      byte[] body,
      SecretText secret,
      Instant now) {
    if (signature == null || timestamp == null) {
      return Optional.of(
          "Sign the request: X-Timestamp (unix seconds) and X-Signature-256:"
              + " sha256=<hex HMAC-SHA256 of \"{timestamp}.{raw body}\">.");
    }
    if (!isEqual(signature, sign(timestamp, body, secret))) {
      return Optional.of("X-Signature-256 does not match the body and the bot's webhook_secret.");
    }
    if (!isRecent(timestamp, now)) {
      return Optional.of("X-Timestamp is more than 5 minutes away from this server's clock.");
    }
    return Optional.empty();
  }

  /// The headers that sign what is sent: the same that sign what comes in.
  public static Map<String, String> headers(byte[] body, SecretText secret, Instant now) {
    var timestamp = Long.toString(now.getEpochSecond());
    return Map.of("X-Timestamp", timestamp, "X-Signature-256", sign(timestamp, body, secret));
  }

  /// The signature as it stands in the header.
  static String sign(String timestamp, byte[] body, SecretText secret) {
    try {
      var mac = Mac.getInstance(ALGORITHM);
      mac.init(new SecretKeySpec(secret.reveal().getBytes(StandardCharsets.UTF_8), ALGORITHM));
      mac.update(timestamp.getBytes(StandardCharsets.UTF_8));
      mac.update((byte) '.');
      return PREFIX + HexFormat.of().formatHex(mac.doFinal(body));
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
