package dev.pennyworth.connectors.discord;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Pattern;
import org.bouncycastle.crypto.params.Ed25519PublicKeyParameters;
import org.bouncycastle.crypto.signers.Ed25519Signer;
import org.jspecify.annotations.Nullable;

/// How Discord proves that a request is its own: an Ed25519 signature over the timestamp and the
/// raw body. Source: discord.com/developers/docs/interactions/overview, Setting Up an Endpoint.
final class DiscordSignature {
  static final String HEADER = "X-Signature-Ed25519";
  static final String TIMESTAMP_HEADER = "X-Signature-Timestamp";

  private static final Duration SKEW_MAX = Duration.ofMinutes(5);
  private static final Pattern KEY = Pattern.compile("[0-9a-fA-F]{64}");
  private static final Pattern SIGNATURE = Pattern.compile("[0-9a-fA-F]{128}");
  private static final Pattern SECONDS = Pattern.compile("\\d{1,12}");

  private DiscordSignature() {}

  /// Whether it looks like a public key as the developer portal shows it.
  static boolean isKey(String hex) {
    return KEY.matcher(hex).matches();
  }

  /// What is wrong with a request's signature; empty if it is good.
  ///
  /// @param key as the developer portal shows it
  static Optional<String> problem(
      @Nullable String signature,
      @Nullable String timestamp,
      byte[] body,
      String key,
      Instant now) {
    if (signature == null || timestamp == null) {
      return Optional.of(HEADER + " and " + TIMESTAMP_HEADER + " are missing.");
    }
    if (!isGood(signature, timestamp, body, key)) {
      return Optional.of(HEADER + " does not match the body and the bot's public_key.");
    }
    if (!isRecent(timestamp, now)) {
      return Optional.of(
          TIMESTAMP_HEADER + " is more than 5 minutes away from this server's clock.");
    }
    return Optional.empty();
  }

  private static boolean isGood(String signature, String timestamp, byte[] body, String key) {
    if (!SIGNATURE.matcher(signature).matches() || !isKey(key)) {
      return false;
    }
    try {
      var verifier = new Ed25519Signer();
      verifier.init(false, new Ed25519PublicKeyParameters(HexFormat.of().parseHex(key), 0));
      byte[] stamp = timestamp.getBytes(StandardCharsets.UTF_8);
      verifier.update(stamp, 0, stamp.length);
      verifier.update(body, 0, body.length);
      return verifier.verifySignature(HexFormat.of().parseHex(signature));
    } catch (IllegalArgumentException _) {
      return false; // 32 bytes that are no point of the curve
    }
  }

  private static boolean isRecent(String timestamp, Instant now) {
    if (!SECONDS.matcher(timestamp).matches()) {
      return false;
    }
    var skew = Duration.between(Instant.ofEpochSecond(Long.parseLong(timestamp)), now).abs();
    return skew.compareTo(SKEW_MAX) <= 0;
  }
}
