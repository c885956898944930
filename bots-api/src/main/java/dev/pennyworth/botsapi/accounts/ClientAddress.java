package dev.pennyworth.botsapi.accounts;

import io.micronaut.http.HttpRequest;
import java.net.Inet6Address;
import java.util.Arrays;
import java.util.HexFormat;

/// Where a request comes from, as rate limits see it: an IPv4 address, or the first 64 bits of an
/// IPv6 address, since one subscriber has all the rest.
public record ClientAddress(String text) {
  private static final int IPV6_NETWORK_BYTES = 8;

  /// Where a request comes from.
  public static ClientAddress of(HttpRequest<?> request) {
    var address = request.getRemoteAddress().getAddress();
    if (address == null) {
      return new ClientAddress(request.getRemoteAddress().getHostString());
    }
    return new ClientAddress(
        address instanceof Inet6Address
            ? HexFormat.of().formatHex(Arrays.copyOf(address.getAddress(), IPV6_NETWORK_BYTES))
            : address.getHostAddress());
  }

  @Override
  public String toString() {
    return text;
  }
}
