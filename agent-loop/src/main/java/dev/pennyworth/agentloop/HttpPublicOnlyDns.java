package dev.pennyworth.agentloop;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.regex.Pattern;
import okhttp3.Dns;

/// Resolves names of owners' hosts, and refuses those that lead anywhere but to the public
/// internet.
///
/// OkHttp connects to the very addresses that are returned here, so a name cannot lead elsewhere
/// between the check and the connection. One private address among several refuses the host: such
/// an answer is no accident.
public final class HttpPublicOnlyDns implements Dns {
  // What OkHttp takes for an address, and so never asks a Dns for.
  private static final Pattern LITERAL = Pattern.compile("[0-9a-fA-F]*:[0-9a-fA-F:.]*|[0-9.]+");

  private final Dns resolver;

  public HttpPublicOnlyDns(Dns resolver) {
    this.resolver = resolver;
  }

  /// Whether a host, as OkHttp writes it in canonical form, is a literal address that may not be
  /// called. Names are checked when they are resolved.
  public static boolean isRefusedLiteral(String canonicalHost) {
    if (!LITERAL.matcher(canonicalHost).matches()) {
      return false;
    }
    try {
      return !PublicAddresses.isPublic(InetAddress.getByName(canonicalHost));
    } catch (UnknownHostException _) {
      return true; // looks like an address and is none
    }
  }

  @Override
  public List<InetAddress> lookup(String hostname) throws UnknownHostException {
    var addresses = resolver.lookup(hostname);
    if (!addresses.stream().allMatch(PublicAddresses::isPublic)) {
      throw new PrivateHostException(hostname);
    }
    return addresses;
  }

  /// A host that may not be called.
  public static final class PrivateHostException extends UnknownHostException {
    private static final long serialVersionUID = 1;

    public PrivateHostException(String hostname) {
      super(hostname + " leads to a private address");
    }
  }
}
