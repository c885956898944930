package dev.pennyworth.connectors.whatsapp;

import dev.pennyworth.agentloop.SecretText;
import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/// How Meta proves that a request is its own: `sha256=` and the hex HMAC-SHA256 of the raw body
/// with the app's secret. Source: developers.facebook.com, webhooks, validate payloads.
final class WhatsAppSignature {
  static final String HEADER = "X-Hub-Signature-256";

  private static final String PREFIX = "sha256=";
  private static final String ALGORITHM = "HmacSHA256";

  private WhatsAppSignature() {}

  /// Compares in constant time. Without a secret nothing is good.
  static boolean isGood(@Nullable String sent, byte[] body, Optional<SecretText> appSecret) {
    return sent != null
        && appSecret
            .filter(secret -> !secret.reveal().isEmpty())
            .filter(secret -> isEqual(sent, PREFIX + hmac(secret, body)))
            .isPresent();
  }

  /// In constant time, too. Without a token nothing is good.
  static boolean isToken(@Nullable String sent, Optional<SecretText> verifyToken) {
    return sent != null
        && verifyToken
            .map(SecretText::reveal)
            .filter(token -> !token.isEmpty() && isEqual(sent, token))
            .isPresent();
  }

  /// What proves to Meta that whoever calls knows the app's secret besides the token. Source:
  /// developers.facebook.com, Graph API, secure requests.
  static String proof(SecretText appSecret, SecretText token) {
    return hmac(appSecret, token.reveal().getBytes(StandardCharsets.UTF_8));
  }

  private static String hmac(SecretText secret, byte[] text) {
    try {
      var mac = Mac.getInstance(ALGORITHM);
      mac.init(new SecretKeySpec(secret.reveal().getBytes(StandardCharsets.UTF_8), ALGORITHM));
      return HexFormat.of().formatHex(mac.doFinal(text));
    } catch (NoSuchAlgorithmException | InvalidKeyException e) {
      throw new IllegalStateException("every Java platform has " + ALGORITHM, e);
    }
  }

  private static boolean isEqual(String given, String expected) {
    return MessageDigest.isEqual(
        given.getBytes(StandardCharsets.UTF_8), expected.getBytes(StandardCharsets.UTF_8));
  }
}
