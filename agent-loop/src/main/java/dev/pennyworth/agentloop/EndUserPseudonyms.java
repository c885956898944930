package dev.pennyworth.agentloop;

import dev.pennyworth.billing.TeamId;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// Names that stand for end users in figures that outlive their messages. They are made with a key
/// that the database does not know: whoever has its tables alone cannot try people's ids until one
/// fits, nor see that two teams talk with the same person.
final class EndUserPseudonyms {
  private static final String ALGORITHM = "HmacSHA256";

  private final SecretKeySpec key;

  /// @param key of the installation; another one makes other names
  EndUserPseudonyms(SecretText key) {
    this.key = new SecretKeySpec(key.reveal().getBytes(StandardCharsets.UTF_8), ALGORITHM);
  }

  /// Always the same for the same person of a team.
  String of(TeamId team, String endUser) {
    try {
      var mac = Mac.getInstance(ALGORITHM);
      mac.init(key);
      byte[] name = (team + "/" + endUser).getBytes(StandardCharsets.UTF_8);
      return HexFormat.of().formatHex(mac.doFinal(name));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has " + ALGORITHM, e);
    }
  }
}
