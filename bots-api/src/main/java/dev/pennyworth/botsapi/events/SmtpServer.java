package dev.pennyworth.botsapi.events;

import dev.pennyworth.agentloop.SecretText;
import jakarta.mail.internet.AddressException;
import jakarta.mail.internet.InternetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The mail server that the operator named: `smtp://user:password@host:port?from=address`, or
/// `smtps://` for TLS from the first byte. `smtp://` changes to TLS where the server offers it.
///
/// @param user empty to send without signing in
/// @param from the sender's address, perhaps with a name
public record SmtpServer(
    String host,
    int port,
    boolean isTlsFromTheStart,
    Optional<String> user,
    Optional<SecretText> password,
    String from) {
  private static final int PORT_PLAIN = 25;
  private static final int PORT_SUBMISSION = 587;
  private static final int PORT_TLS = 465;
  private static final String FROM = "from=";

  /// Reads the URL; empty if it cannot be.
  public static Optional<SmtpServer> parse(String text) {
    try {
      return read(new URI(text));
    } catch (URISyntaxException | IllegalArgumentException _) {
      return Optional.empty();
    }
  }

  private static Optional<SmtpServer> read(URI url) {
    boolean isTls = "smtps".equals(url.getScheme());
    boolean isPlain = "smtp".equals(url.getScheme());
    boolean hasPath = url.getRawPath() != null && url.getRawPath().length() > 1;
    if ((!isTls && !isPlain) || url.getHost() == null || hasPath || url.getFragment() != null) {
      return Optional.empty();
    }
    var user = part(url.getRawUserInfo(), 0);
    var password = part(url.getRawUserInfo(), 1).map(SecretText::new);
    int fallback = isTls ? PORT_TLS : user.isPresent() ? PORT_SUBMISSION : PORT_PLAIN;
    return from(url, user)
        .map(from ->
            new SmtpServer(
                url.getHost(),
                url.getPort() < 0 ? fallback : url.getPort(),
                isTls,
                user,
                password,
                from));
  }

  private static Optional<String> part(@Nullable String userInfo, int index) {
    if (userInfo == null) {
      return Optional.empty();
    }
    var parts = userInfo.split(":", 2);
    return index < parts.length && !parts[index].isEmpty()
        ? Optional.of(decode(parts[index]))
        : Optional.empty();
  }

  /// As asked for, else the user if that is an address, else `pennyworth` at the server's host.
  private static Optional<String> from(URI url, Optional<String> user) {
    var query = url.getRawQuery();
    if (query == null) {
      return Optional.of(user.filter(it -> it.contains("@")).orElse("pennyworth@" + url.getHost()));
    }
    return query.startsWith(FROM) && !query.contains("&")
        ? Optional.of(decode(query.substring(FROM.length()))).filter(SmtpServer::isAddress)
        : Optional.empty();
  }

  private static boolean isAddress(String text) {
    try {
      return InternetAddress.parse(text, true).length == 1;
    } catch (AddressException _) {
      return false;
    }
  }

  /// A plus is a plus: this is no form.
  private static String decode(String text) {
    return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
  }
}
