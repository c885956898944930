package dev.pennyworth.botsapi.money;

import dev.pennyworth.agentloop.SecretText;
import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/// The header `Stripe-Signature`: `t=` unix seconds and one or more `v1=` hex HMAC-SHA256 of
/// `{t}.{raw body}`, several while a secret is being replaced. The library's own check reads the
/// system's clock and takes any time to come; this one takes 5 minutes either way.
///
/// Source: docs.stripe.com/webhooks, verifying signatures manually.
final class StripeSignature {
  private static final Duration SKEW_MAX = Duration.ofMinutes(5);
  private static final String ALGORITHM = "HmacSHA256";
  private static final int HEADER_LENGTH_MAX = 2_000;

  private StripeSignature() {}

  /// What is wrong with a request's signature; empty if it is good.
  static Optional<String> problem(
      @Nullable String header, byte[] body, SecretText secret, Instant now) {
    if (header == null || header.length() > HEADER_LENGTH_MAX) {
      return Optional.of("The header Stripe-Signature is missing.");
    }
    var times = values(header, "t=");
    if (times.size() != 1 || !times.getFirst().matches("\\d{1,12}")) {
      return Optional.of("The header Stripe-Signature has no timestamp.");
    }
    var expected = sign(times.getFirst(), body, secret);
    if (values(header, "v1=").stream().noneMatch(given -> isEqual(given, expected))) {
      return Optional.of("Stripe-Signature does not match the body and STRIPE_WEBHOOK_SECRET.");
    }
    if (!isRecent(times.getFirst(), now)) {
      return Optional.of("The signature's timestamp is more than 5 minutes away from now.");
    }
    return Optional.empty();
  }

  private static List<String> values(String header, String prefix) {
    return Arrays.stream(header.split(",", -1))
        .map(String::strip)
        .filter(part -> part.startsWith(prefix))
        .map(part -> part.substring(prefix.length()))
        .toList();
  }

  private static String sign(String timestamp, byte[] body, SecretText secret) {
    try {
      var mac = Mac.getInstance(ALGORITHM);
      mac.init(new SecretKeySpec(secret.reveal().getBytes(StandardCharsets.UTF_8), ALGORITHM));
      mac.update(timestamp.getBytes(StandardCharsets.UTF_8));
      mac.update((byte) '.');
      return HexFormat.of().formatHex(mac.doFinal(body));
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
    var skew = Duration.between(Instant.ofEpochSecond(Long.parseLong(timestamp)), now).abs();
    return skew.compareTo(SKEW_MAX) <= 0;
  }
}
