package dev.pennyworth.botsapi.http;

import dev.pennyworth.agentloop.HttpPublicOnlyDns;
import dev.pennyworth.agentloop.HttpPublicOnlyDns.PrivateHostException;
import dev.pennyworth.connectors.CallbackUrls;
import dev.pennyworth.connectors.HttpFailure;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import okhttp3.Dns;
import okhttp3.HttpUrl;

/// Which addresses an owner may name: plain http or https ones that lead to the public internet, as
/// far as that can be known beforehand. Each call looks again.
public final class HttpOwnersUrls implements CallbackUrls {
  public static final int LENGTH_MAX = 2_000;

  private static final Duration LOOKUP_MAX = Duration.ofSeconds(2);

  private final boolean arePrivateNetworksAllowed;
  private final ExecutorService threads;

  public HttpOwnersUrls(boolean arePrivateNetworksAllowed, ExecutorService threads) {
    this.arePrivateNetworksAllowed = arePrivateNetworksAllowed;
    this.threads = threads;
  }

  /// Looks up the host's name, so it is called outside transactions.
  ///
  /// @param field where the address stands in the request
  /// @throws HttpFailure 422 if it may not be called
  @Override
  public void require(String field, String text) {
    var url = HttpUrl.parse(text);
    if (url == null || text.chars().anyMatch(c -> c <= ' ' || c == 0x7f)) {
      throw HttpFailure.invalidValue(
          field, field + " must be an http:// or https:// address.", "an http or https address");
    }
    if (!url.username().isEmpty() || !url.password().isEmpty() || url.fragment() != null) {
      throw HttpFailure.invalidValue(
          field,
          field + " must have no user name, password or fragment.",
          "an http or https address");
    }
    if (!arePrivateNetworksAllowed
        && (HttpPublicOnlyDns.isRefusedLiteral(url.host()) || isKnownToBePrivate(url.host()))) {
      throw HttpFailure.invalidValue(
          field,
          field
              + " leads into a private network. The operator can allow those with"
              + " PENNYWORTH_ALLOW_PRIVATE_NETWORKS=true.",
          "an address on the public internet");
    }
  }

  /// A name that is not known, or not in time, may be known by the time of a call.
  private boolean isKnownToBePrivate(String host) {
    var lookup = threads.submit(() -> leadsInside(host));
    try {
      return lookup.get(LOOKUP_MAX.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return false;
    } catch (TimeoutException _) {
      return false;
    } catch (ExecutionException e) {
      throw new IllegalStateException("a name could not be looked up", e);
    }
  }

  private static boolean leadsInside(String host) {
    try {
      new HttpPublicOnlyDns(Dns.SYSTEM).lookup(host);
      return false;
    } catch (PrivateHostException _) {
      return true;
    } catch (UnknownHostException _) {
      return false;
    }
  }
}
