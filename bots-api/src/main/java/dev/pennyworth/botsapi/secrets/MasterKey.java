package dev.pennyworth.botsapi.secrets;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Optional;
import org.bouncycastle.crypto.digests.SHA256Digest;
import org.bouncycastle.crypto.generators.HKDFBytesGenerator;
import org.bouncycastle.crypto.params.HKDFParameters;

/// The key that every other key comes from. It never leaves this room: what others need is derived
/// from it, so that no two purposes share a key, and survives a restart as it does.
public final class MasterKey {
  private static final int KEY_BYTES = 32;

  private final byte[] bytes;

  private MasterKey(byte[] bytes) {
    this.bytes = bytes;
  }

  /// Reads base64 of exactly 32 bytes; empty if the text is anything else.
  public static Optional<MasterKey> parse(String base64) {
    try {
      byte[] bytes = Base64.getDecoder().decode(base64.strip());
      return bytes.length == KEY_BYTES ? Optional.of(new MasterKey(bytes)) : Optional.empty();
    } catch (IllegalArgumentException _) {
      return Optional.empty();
    }
  }

  static String generate(SecureRandom random) {
    byte[] bytes = new byte[KEY_BYTES];
    random.nextBytes(bytes);
    return Base64.getEncoder().encodeToString(bytes);
  }

  /// 32 bytes for one purpose, always the same (HKDF-SHA256 of RFC 5869 without salt).
  public byte[] derive(String purpose) {
    var generator = new HKDFBytesGenerator(SHA256Digest.newInstance());
    byte[] info = ("pennyworth/" + purpose).getBytes(StandardCharsets.UTF_8);
    generator.init(new HKDFParameters(bytes, null, info));
    byte[] derived = new byte[KEY_BYTES];
    generator.generateBytes(derived, 0, KEY_BYTES);
    return derived;
  }

  @Override
  public String toString() {
    return "***";
  }
}
