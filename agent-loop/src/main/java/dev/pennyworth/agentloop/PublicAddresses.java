package dev.pennyworth.agentloop;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;

/// Which addresses are on the public internet. An owner's URL may lead only to these, unless the
/// operator allows private networks: otherwise a bot could be used to reach into the house.
///
/// Source: IANA's registries of special-purpose IPv4 and IPv6 addresses (RFC 6890).
public final class PublicAddresses {
  private static final List<Block> SPECIAL_IPV4 =
      blocks(
          "0.0.0.0/8", // this network, the unspecified address
          "10.0.0.0/8", // private
          "100.64.0.0/10", // carrier-grade NAT
          "127.0.0.0/8", // loopback
          "169.254.0.0/16", // link-local, clouds' metadata
          "172.16.0.0/12", // private
          "192.0.0.0/24", // protocol assignments
          "192.0.2.0/24", // documentation
          "192.168.0.0/16", // private
          "198.18.0.0/15", // benchmarks
          "198.51.100.0/24", // documentation
          "203.0.113.0/24", // documentation
          "224.0.0.0/4", // multicast
          "240.0.0.0/4"); // reserved, broadcast
  private static final Block GLOBAL_IPV6 = Block.parse("2000::/3");
  private static final List<Block> SPECIAL_GLOBAL_IPV6 =
      blocks(
          "2001::/23", // protocol assignments, Teredo
          "2001:db8::/32", // documentation
          "2002::/16", // 6to4: carries any IPv4 address
          "3fff::/20"); // documentation
  private static final Block NAT64 = Block.parse("64:ff9b::/96");
  private static final int NAT64_PREFIX_BYTES = 12;

  private PublicAddresses() {}

  /// Whether the address is on the public internet. Addresses that carry an IPv4 address (mapped,
  /// NAT64) are as public as that one.
  public static boolean isPublic(InetAddress address) {
    byte[] bytes = address.getAddress();
    if (address instanceof Inet4Address) {
      return isOutside(SPECIAL_IPV4, bytes);
    }
    if (NAT64.contains(bytes)) {
      return isOutside(SPECIAL_IPV4, Arrays.copyOfRange(bytes, NAT64_PREFIX_BYTES, bytes.length));
    }
    return GLOBAL_IPV6.contains(bytes) && isOutside(SPECIAL_GLOBAL_IPV6, bytes);
  }

  private static boolean isOutside(List<Block> blocks, byte[] address) {
    return blocks.stream().noneMatch(block -> block.contains(address));
  }

  private static List<Block> blocks(String... texts) {
    return Arrays.stream(texts).map(Block::parse).toList();
  }

  /// A range of addresses, written like `10.0.0.0/8`.
  private static final class Block {
    private final byte[] prefix;
    private final int bits;

    private Block(byte[] prefix, int bits) {
      this.prefix = prefix;
      this.bits = bits;
    }

    private static Block parse(String text) {
      int slash = text.indexOf('/');
      return new Block(
          InetAddress.ofLiteral(text.substring(0, slash)).getAddress(),
          Integer.parseInt(text.substring(slash + 1)));
    }

    private boolean contains(byte[] address) {
      int wholeBytes = bits / Byte.SIZE;
      int restBits = bits % Byte.SIZE;
      int mask = 0xff << (Byte.SIZE - restBits) & 0xff;
      return Arrays.equals(prefix, 0, wholeBytes, address, 0, wholeBytes)
          && (restBits == 0 || (prefix[wholeBytes] & mask) == (address[wholeBytes] & mask));
    }
  }
}
