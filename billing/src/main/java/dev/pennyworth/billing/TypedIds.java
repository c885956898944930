package dev.pennyworth.billing;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.UUID;

/// The written form of ids: a prefix that tells the kind, then 32 lower-case hex digits.
///
/// Ids that must be the same for the same event are computed with [#of]; the others are made by
/// whoever wires the program, as time-ordered UUIDs.
public final class TypedIds {
  private static final int HEX_DIGITS = 32;

  private TypedIds() {}

  /// The written form of an id.
  public static String print(String prefix, UUID uuid) {
    var hex = HexFormat.of();
    return prefix
        + hex.toHexDigits(uuid.getMostSignificantBits())
        + hex.toHexDigits(uuid.getLeastSignificantBits());
  }

  /// Reads a written form; empty if the text is not one of this prefix.
  public static Optional<UUID> parse(String prefix, String text) {
    if (text.length() != prefix.length() + HEX_DIGITS || !text.startsWith(prefix)) {
      return Optional.empty();
    }
    String digits = text.substring(prefix.length());
    if (!digits.chars().allMatch(c -> (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) {
      return Optional.empty();
    }
    return Optional.of(
        new UUID(
            HexFormat.fromHexDigitsToLong(digits, 0, HEX_DIGITS / 2),
            HexFormat.fromHexDigitsToLong(digits, HEX_DIGITS / 2, HEX_DIGITS)));
  }

  /// The id of something that is named by these parts: the same parts give the same id, on every
  /// node and after every restart. Parts are length-prefixed, so that no two lists of parts meet.
  public static UUID of(String... parts) {
    var digest = sha256();
    for (String part : parts) {
      byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
      digest.update((bytes.length + ":").getBytes(StandardCharsets.US_ASCII));
      digest.update(bytes);
    }
    byte[] hash = digest.digest();
    hash[6] = (byte) ((hash[6] & 0x0f) | 0x80); // version 8: made our own way
    hash[8] = (byte) ((hash[8] & 0x3f) | 0x80); // the variant of RFC 9562
    String hex = HexFormat.of().formatHex(hash);
    return new UUID(
        HexFormat.fromHexDigitsToLong(hex, 0, 16), HexFormat.fromHexDigitsToLong(hex, 16, 32));
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
