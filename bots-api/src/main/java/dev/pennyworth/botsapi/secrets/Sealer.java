package dev.pennyworth.botsapi.secrets;

import dev.pennyworth.agentloop.SecretText;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import org.bouncycastle.crypto.InvalidCipherTextException;
import org.bouncycastle.crypto.digests.SHA256Digest;
import org.bouncycastle.crypto.engines.AESEngine;
import org.bouncycastle.crypto.macs.HMac;
import org.bouncycastle.crypto.modes.GCMBlockCipher;
import org.bouncycastle.crypto.modes.GCMModeCipher;
import org.bouncycastle.crypto.params.AEADParameters;
import org.bouncycastle.crypto.params.KeyParameter;

/// Seals what the database must not show: AES-256-GCM under a key derived from the master key.
///
/// A sealed value is one version byte, a random nonce of 96 bits, then ciphertext and tag. The
/// version byte and the [Binding] are authenticated with it.
public final class Sealer {
  private static final byte VERSION = 1;
  private static final int NONCE_BYTES = 12;
  private static final int TAG_BITS = 128;
  private static final int FINGERPRINT_BYTES = 4;

  private final KeyParameter sealingKey;
  private final KeyParameter fingerprintKey;
  private final SecureRandom random;

  public Sealer(MasterKey key, SecureRandom random) {
    this.sealingKey = new KeyParameter(key.derive("sealing"));
    this.fingerprintKey = new KeyParameter(key.derive("fingerprints"));
    this.random = random;
  }

  public byte[] seal(Binding binding, SecretText secret) {
    return seal(binding, secret.reveal().getBytes(StandardCharsets.UTF_8));
  }

  public byte[] seal(Binding binding, byte[] open) {
    byte[] nonce = new byte[NONCE_BYTES];
    random.nextBytes(nonce);
    try {
      byte[] closed = run(true, binding, nonce, open);
      return ByteBuffer.allocate(1 + NONCE_BYTES + closed.length)
          .put(VERSION)
          .put(nonce)
          .put(closed)
          .array();
    } catch (InvalidCipherTextException e) {
      throw new IllegalStateException("only opening can fail", e);
    }
  }

  /// @throws CannotOpen unless it was sealed under this master key and for this binding
  public SecretText openText(Binding binding, byte[] sealed) {
    return new SecretText(new String(open(binding, sealed), StandardCharsets.UTF_8));
  }

  /// @throws CannotOpen unless it was sealed under this master key and for this binding
  public byte[] open(Binding binding, byte[] sealed) {
    if (sealed.length < 1 + NONCE_BYTES + TAG_BITS / 8) {
      throw new CannotOpen("it is too short");
    }
    if (sealed[0] != VERSION) {
      throw new CannotOpen("its version %d is not known here".formatted(sealed[0]));
    }
    byte[] nonce = Arrays.copyOfRange(sealed, 1, 1 + NONCE_BYTES);
    byte[] closed = Arrays.copyOfRange(sealed, 1 + NONCE_BYTES, sealed.length);
    try {
      return run(false, binding, nonce, closed);
    } catch (InvalidCipherTextException e) {
      throw new CannotOpen("another master key, another place, or it was changed", e);
    }
  }

  /// Eight hex digits that tell secrets apart without showing anything of them (HMAC-SHA256).
  public String fingerprint(SecretText secret) {
    var mac = new HMac(SHA256Digest.newInstance());
    mac.init(fingerprintKey);
    byte[] bytes = secret.reveal().getBytes(StandardCharsets.UTF_8);
    mac.update(bytes, 0, bytes.length);
    byte[] hash = new byte[mac.getMacSize()];
    mac.doFinal(hash, 0);
    return HexFormat.of().formatHex(hash, 0, FINGERPRINT_BYTES);
  }

  private byte[] run(boolean sealing, Binding binding, byte[] nonce, byte[] input)
      throws InvalidCipherTextException {
    GCMModeCipher cipher = GCMBlockCipher.newInstance(AESEngine.newInstance());
    cipher.init(sealing, new AEADParameters(sealingKey, TAG_BITS, nonce));
    cipher.processAADByte(VERSION);
    byte[] bound = binding.bytes();
    cipher.processAADBytes(bound, 0, bound.length);
    byte[] output = new byte[cipher.getOutputSize(input.length)];
    int written = cipher.processBytes(input, 0, input.length, output, 0);
    cipher.doFinal(output, written);
    return output;
  }
}
