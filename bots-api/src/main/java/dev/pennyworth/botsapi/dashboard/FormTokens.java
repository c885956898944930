package dev.pennyworth.botsapi.dashboard;

import dev.pennyworth.botsapi.secrets.MasterKey;
import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// What every form carries, so that another site cannot send it: a code of the browser's own
/// cookie, which that site cannot read. Nothing is stored.
final class FormTokens {
  private static final String ALGORITHM = "HmacSHA256";

  private final SecretKeySpec key;

  FormTokens(MasterKey masterKey) {
    this.key = new SecretKeySpec(masterKey.derive("dashboard forms"), ALGORITHM);
  }

  /// The token of the browser that has this cookie.
  String of(String cookie) {
    try {
      var mac = Mac.getInstance(ALGORITHM);
      mac.init(key);
      var code = mac.doFinal(cookie.getBytes(StandardCharsets.UTF_8));
      return Base64.getUrlEncoder().withoutPadding().encodeToString(code);
    } catch (NoSuchAlgorithmException | InvalidKeyException e) {
      throw new IllegalStateException("every Java platform has " + ALGORITHM, e);
    }
  }

  boolean isOf(String cookie, String token) {
    return MessageDigest.isEqual(
        of(cookie).getBytes(StandardCharsets.UTF_8), token.getBytes(StandardCharsets.UTF_8));
  }
}
