package dev.pennyworth.botsapi.accounts;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.MACVerifier;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.pennyworth.agentloop.SecretText;
import dev.pennyworth.billing.TeamId;
import dev.pennyworth.botsapi.secrets.MasterKey;
import java.text.ParseException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Date;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Access tokens: JWTs of 15 minutes, signed with HS256 under a key derived from the master key, so
/// that they survive a restart.
final class AccessTokens {
  static final Duration LIFETIME = Duration.ofMinutes(15);

  private static final JWSHeader HEADER = new JWSHeader(JWSAlgorithm.HS256);
  private static final String TEAM = "team";
  private static final String SESSION = "sid";

  private final byte[] key;
  private final InstantSource clock;

  AccessTokens(MasterKey masterKey, InstantSource clock) {
    this.key = masterKey.derive("access-tokens");
    this.clock = clock;
  }

  /// What a token says.
  record Claims(UserId user, TeamId team, SessionId session) {}

  SecretText issue(Claims claims) {
    var now = clock.instant();
    var jwt =
        new SignedJWT(
            HEADER,
            new JWTClaimsSet.Builder()
                .subject(claims.user().toString())
                .claim(TEAM, claims.team().toString())
                .claim(SESSION, claims.session().uuid().toString())
                .issueTime(Date.from(now))
                .expirationTime(Date.from(now.plus(LIFETIME)))
                .build());
    try {
      jwt.sign(new MACSigner(key));
    } catch (JOSEException e) {
      throw new IllegalStateException("HS256 takes a key of 32 bytes", e);
    }
    return new SecretText(jwt.serialize());
  }

  /// What a token says; empty if it is not ours, was changed, or has expired.
  Optional<Claims> read(String token) {
    try {
      var jwt = SignedJWT.parse(token);
      boolean ours =
          jwt.getHeader().getAlgorithm().equals(JWSAlgorithm.HS256)
              && jwt.verify(new MACVerifier(key));
      return ours ? current(jwt.getJWTClaimsSet()) : Optional.empty();
    } catch (ParseException | JOSEException | IllegalArgumentException _) {
      return Optional.empty();
    }
  }

  private Optional<Claims> current(JWTClaimsSet claims) throws ParseException {
    var expiry = claims.getExpirationTime();
    if (expiry == null || !clock.instant().isBefore(expiry.toInstant())) {
      return Optional.empty();
    }
    var user = parsed(claims.getSubject()).flatMap(UserId::parse);
    var team = parsed(claims.getStringClaim(TEAM)).flatMap(TeamId::parse);
    var session = parsed(claims.getStringClaim(SESSION)).map(UUID::fromString).map(SessionId::new);
    return user.isPresent() && team.isPresent() && session.isPresent()
        ? Optional.of(new Claims(user.get(), team.get(), session.get()))
        : Optional.empty();
  }

  private static Optional<String> parsed(@Nullable String claim) {
    return Optional.ofNullable(claim);
  }
}
