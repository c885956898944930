package dev.pennyworth.botsapi.secrets;

import dev.pennyworth.agentloop.SecretText;
import dev.pennyworth.connectors.HttpFailure;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.params.Argon2Parameters;

/// Hashes passwords with Argon2id into PHC text, and checks them against it.
///
/// Each hash takes 19 MiB for its time, so only a few run at once; who waits too long is told to
/// come back. Source: OWASP Password Storage Cheat Sheet, Argon2id with 19 MiB, 2 passes, 1 lane.
public final class PasswordHasher {
  private static final int MEMORY_KIB = 19 * 1024;
  private static final int PASSES = 2;
  private static final int LANES = 1;
  private static final int SALT_BYTES = 16;
  private static final int HASH_BYTES = 32;
  private static final Duration WAIT_MAX = Duration.ofSeconds(5);
  private static final Pattern PHC =
      Pattern.compile(
          "\\$argon2id\\$v=19\\$m=(\\d{1,7}),t=(\\d{1,3}),p=(\\d{1,2})"
              + "\\$([A-Za-z0-9+/]{11,88})\\$([A-Za-z0-9+/]{11,88})");

  private final SecureRandom random;
  private final Semaphore slots;
  private final String nobodysHash;

  /// @param slotsMax how many hashes may run at once
  public PasswordHasher(SecureRandom random, int slotsMax) {
    this.random = random;
    this.slots = new Semaphore(slotsMax, true);
    byte[] nobodysPassword = new byte[HASH_BYTES];
    random.nextBytes(nobodysPassword);
    this.nobodysHash = compute(nobodysPassword);
  }

  /// The PHC text of a password, under a fresh salt.
  ///
  /// @throws HttpFailure 503 if too many are being hashed
  public String hash(SecretText password) {
    enter();
    try {
      return compute(bytes(password));
    } finally {
      slots.release();
    }
  }

  /// Whether this is the password that was hashed; in constant time for one set of parameters.
  ///
  /// @throws HttpFailure 503 if too many are being hashed
  public boolean verify(SecretText password, String phc) {
    Matcher matcher = PHC.matcher(phc);
    if (!matcher.matches()) {
      throw new IllegalStateException("a stored password hash is not Argon2id in PHC text form");
    }
    byte[] salt = Base64.getDecoder().decode(matcher.group(4));
    byte[] expected = Base64.getDecoder().decode(matcher.group(5));
    var parameters =
        parameters(
            Integer.parseInt(matcher.group(1)),
            Integer.parseInt(matcher.group(2)),
            Integer.parseInt(matcher.group(3)),
            salt);
    enter();
    try {
      return MessageDigest.isEqual(
          expected, argon2id(bytes(password), parameters, expected.length));
    } finally {
      slots.release();
    }
  }

  /// Takes as long as [#verify] and tells nothing: so that an unknown e-mail cannot be told from a
  /// wrong password by the time it takes.
  ///
  /// @throws HttpFailure 503 if too many are being hashed
  public void verifyNobody(SecretText password) {
    var _ = verify(password, nobodysHash);
  }

  private void enter() {
    try {
      if (slots.tryAcquire(WAIT_MAX.toMillis(), TimeUnit.MILLISECONDS)) {
        return;
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
    throw HttpFailure.unavailable(
        "busy",
        "Too many people are signing in at once. Try again in a moment.",
        Duration.ofSeconds(1));
  }

  private String compute(byte[] password) {
    byte[] salt = new byte[SALT_BYTES];
    random.nextBytes(salt);
    byte[] hash = argon2id(password, parameters(MEMORY_KIB, PASSES, LANES, salt), HASH_BYTES);
    var base64 = Base64.getEncoder().withoutPadding();
    return "$argon2id$v=19$m=%d,t=%d,p=%d$%s$%s"
        .formatted(
            MEMORY_KIB, PASSES, LANES, base64.encodeToString(salt), base64.encodeToString(hash));
  }

  private static Argon2Parameters parameters(int memoryKib, int passes, int lanes, byte[] salt) {
    return new Argon2Parameters.Builder(Argon2Parameters.ARGON2_id)
        .withVersion(Argon2Parameters.ARGON2_VERSION_13)
        .withMemoryAsKB(memoryKib)
        .withIterations(passes)
        .withParallelism(lanes)
        .withSalt(salt)
        .build();
  }

  private static byte[] argon2id(byte[] password, Argon2Parameters parameters, int length) {
    var generator = new Argon2BytesGenerator();
    generator.init(parameters);
    byte[] hash = new byte[length];
    generator.generateBytes(password, hash);
    return hash;
  }

  private static byte[] bytes(SecretText password) {
    return password.reveal().getBytes(StandardCharsets.UTF_8);
  }
}
