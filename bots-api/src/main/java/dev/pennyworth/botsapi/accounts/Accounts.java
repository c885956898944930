package dev.pennyworth.botsapi.accounts;

import dev.pennyworth.agentloop.SecretText;
import dev.pennyworth.billing.TeamId;
import dev.pennyworth.botsapi.http.JdbcPublicRates;
import dev.pennyworth.botsapi.secrets.PasswordHasher;
import dev.pennyworth.connectors.HttpFailure;
import org.jdbi.v3.core.Jdbi;

/// Registering, signing in, staying signed in, and signing out.
public final class Accounts {
  private static final int PER_ADDRESS_AND_MINUTE = 300;
  private static final int SIGN_INS_PER_ACCOUNT_AND_MINUTE = 10;
  private static final int REGISTRATIONS_PER_ACCOUNT_AND_MINUTE = 10;
  private static final int REFRESHES_PER_ACCOUNT_AND_MINUTE = 60;

  private final Jdbi jdbi;
  private final JdbcAccounts accounts;
  private final JdbcSessions sessions;
  private final AccessTokens accessTokens;
  private final PasswordHasher hasher;
  private final JdbcPublicRates rates;
  private final boolean registrationOpen;

  Accounts(
      Jdbi jdbi,
      JdbcAccounts accounts,
      JdbcSessions sessions,
      AccessTokens accessTokens,
      PasswordHasher hasher,
      JdbcPublicRates rates,
      boolean registrationOpen) {
    this.jdbi = jdbi;
    this.accounts = accounts;
    this.sessions = sessions;
    this.accessTokens = accessTokens;
    this.hasher = hasher;
    this.rates = rates;
    this.registrationOpen = registrationOpen;
  }

  /// What someone who signed in gets.
  public record Session(
      String accessToken, String refreshToken, long expiresIn, UserPart user, TeamPart team) {}

  /// The person in a [Session].
  public record UserPart(UserId id, EmailAddress email) {}

  /// The team in a [Session].
  public record TeamPart(TeamId id, String name) {}

  /// Makes an account and signs in.
  ///
  /// @throws HttpFailure 403 if registration is closed, 409 if the e-mail is taken, 429
  public Session register(ClientAddress from, EmailAddress email, Password password) {
    rates.count("register/address/" + from, PER_ADDRESS_AND_MINUTE, "registrations from here");
    if (!registrationOpen) {
      throw HttpFailure.forbidden(
          "registration_closed", "Registration is closed here. Ask the operator for an account.");
    }
    rates.count(
        "register/account/" + email,
        REGISTRATIONS_PER_ACCOUNT_AND_MINUTE,
        "registrations of this e-mail");
    refuseTaken(accounts.find(email).isPresent());
    var hash = hasher.hash(password.secret());
    return jdbi.inTransaction(tx -> {
      var account = accounts.create(tx, email, hash);
      refuseTaken(account.isEmpty());
      return answer(account.orElseThrow(), sessions.open(tx, account.orElseThrow().user()));
    });
  }

  private static void refuseTaken(boolean taken) {
    if (taken) {
      throw HttpFailure.conflict(
          "email_taken", "There is an account with this e-mail already. Sign in instead.");
    }
  }

  /// Signs in.
  ///
  /// @throws HttpFailure 401 if e-mail or password is wrong, 429
  public Session login(ClientAddress from, EmailAddress email, SecretText password) {
    rates.count("login/address/" + from, PER_ADDRESS_AND_MINUTE, "sign-ins from here");
    rates.count(
        "login/account/" + email, SIGN_INS_PER_ACCOUNT_AND_MINUTE, "sign-ins of this account");
    var found = accounts.find(email);
    if (found.isEmpty()) {
      hasher.verifyNobody(password);
      throw wrongCredentials();
    }
    if (!hasher.verify(password, found.get().passwordHash())) {
      throw wrongCredentials();
    }
    var account = found.get().account();
    return answer(account, jdbi.inTransaction(tx -> sessions.open(tx, account.user())));
  }

  private static HttpFailure wrongCredentials() {
    return HttpFailure.unauthorized("wrong_credentials", "The e-mail or the password is wrong.");
  }

  /// Goes on with a session.
  ///
  /// @throws HttpFailure 401 if the token does not hold; one that is used again ends the session.
  ///   429
  public Session refresh(ClientAddress from, SecretText refreshToken) {
    rates.count("refresh/address/" + from, PER_ADDRESS_AND_MINUTE, "refreshes from here");
    sessions
        .userOf(refreshToken)
        .ifPresent(user ->
            rates.count(
                "refresh/account/" + user,
                REFRESHES_PER_ACCOUNT_AND_MINUTE,
                "refreshes of this account"));
    var open =
        sessions
            .refresh(refreshToken)
            .orElseThrow(() ->
                HttpFailure.unauthorized(
                    "invalid_refresh_token",
                    "The refresh token is wrong, has expired or was used before. Sign in"
                        + " again."));
    return answer(accounts.byId(open.user()), open);
  }

  /// Signs out. Safe to repeat.
  public void logout(SecretText refreshToken) {
    sessions.end(refreshToken);
  }

  /// Signs out. Safe to repeat.
  void logout(SessionId session) {
    sessions.end(session);
  }

  private Session answer(Account account, JdbcSessions.Open open) {
    var claims = new AccessTokens.Claims(account.user(), account.team(), open.session());
    return new Session(
        accessTokens.issue(claims).reveal(),
        open.refreshToken().reveal(),
        AccessTokens.LIFETIME.toSeconds(),
        new UserPart(account.user(), account.email()),
        new TeamPart(account.team(), account.teamName()));
  }
}
