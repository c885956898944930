package dev.pennyworth.connectors.discord;

import java.time.Instant;
import java.util.Optional;

/// An id of Discord's: a number of 64 bits that grows, and begins with the time at which it was
/// made. Source: discord.com/developers/docs/reference, snowflakes.
record DiscordSnowflake(long bits) implements Comparable<DiscordSnowflake> {
  private static final long EPOCH_MILLIS = 1_420_070_400_000L;
  private static final int BITS_BELOW_TIME = 22;

  /// Less than all ids of that moment.
  static DiscordSnowflake at(Instant time) {
    return new DiscordSnowflake(Math.max(0, time.toEpochMilli() - EPOCH_MILLIS) << BITS_BELOW_TIME);
  }

  /// As it is written in decimals; empty if it is none.
  static Optional<DiscordSnowflake> of(String text) {
    try {
      return DiscordAnswered.ID.matcher(text).matches()
          ? Optional.of(new DiscordSnowflake(Long.parseUnsignedLong(text)))
          : Optional.empty();
    } catch (NumberFormatException _) {
      return Optional.empty(); // more than 64 bits
    }
  }

  Instant time() {
    return Instant.ofEpochMilli((bits >>> BITS_BELOW_TIME) + EPOCH_MILLIS);
  }

  @Override
  public int compareTo(DiscordSnowflake other) {
    return Long.compareUnsigned(bits, other.bits);
  }

  @Override
  public String toString() {
    return Long.toUnsignedString(bits);
  }
}
