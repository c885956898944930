package dev.pennyworth.botsapi.accounts;

import dev.pennyworth.agentloop.SecretText;
import dev.pennyworth.billing.TeamId;
import dev.pennyworth.botsapi.http.RateTally;
import dev.pennyworth.botsapi.secrets.PasswordHasher;
import dev.pennyworth.connectors.HttpFailure;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/// Registering, signing in, staying signed in, and signing out.
public final class Accounts {
  private static final int PER_ADDRESS_AND_MINUTE = 300;
  private static final int SIGN_INS_PER_ACCOUNT_AND_MINUTE = 10;
  private static final int REGISTRATIONS_PER_ACCOUNT_AND_MINUTE = 10;
  private static final int RENEWALS_PER_ACCOUNT_AND_MINUTE = 60;

  private final Jdbi jdbi;
  private final JdbcAccounts accounts;
  private final JdbcSessions sessions;
  private final AccessTokens accessTokens;
  private final PasswordHasher hasher;
  private final Members members;
  private final boolean registrationOpen;

  Accounts(
      Jdbi jdbi,
      JdbcAccounts accounts,
      JdbcSessions sessions,
      AccessTokens accessTokens,
      PasswordHasher hasher,
      Members members,
      boolean registrationOpen) {
    this.jdbi = jdbi;
    this.accounts = accounts;
    this.sessions = sessions;
    this.accessTokens = accessTokens;
    this.hasher = hasher;
    this.members = members;
    this.registrationOpen = registrationOpen;
  }

  /// What someone who signed in gets.
  public record Session(
      String accessToken, String refreshToken, long expiresIn, UserPart user, TeamPart team) {}

  /// What a browser gets.
  ///
  /// @param cookie shown to the browser alone; the database keeps its hash
  public record BrowserSession(SecretText cookie, Duration lifetime) {}

  /// How a session begins. Joins the transaction.
  private interface Opening<T> {
    T of(Handle tx, Account account);
  }

  /// The person in a [Session].
  public record UserPart(UserId id, String email) {}

  /// The team in a [Session].
  public record TeamPart(TeamId id, String name) {}

  /// Counts a request of an address, before anything of it is read.
  ///
  /// @param what such as `login`
  /// @throws HttpFailure 429
  public static void countAddress(RateTally tally, String what, ClientAddress from) {
    tally.count(
        what + "/address/" + from, PER_ADDRESS_AND_MINUTE, "requests of this kind from here");
  }

  /// Makes an account, joins the teams that have invited it, and signs in.
  ///
  /// @param tally counts the account
  /// @throws HttpFailure 403 if registration is closed to who is not invited, 409 if the e-mail is
  ///   taken, 429
  public Session register(RateTally tally, EmailAddress email, Password password) {
    return register(
        tally,
        email,
        password,
        (tx, account) -> answer(account, sessions.open(tx, account.user())));
  }

  /// As [#register], in a browser.
  ///
  /// @throws HttpFailure as [#register]
  public BrowserSession registerInBrowser(RateTally tally, EmailAddress email, Password password) {
    return register(tally, email, password, this::browserSession);
  }

  private <T> T register(
      RateTally tally, EmailAddress email, Password password, Opening<T> opening) {
    tally.count(
        "register/account/" + email,
        REGISTRATIONS_PER_ACCOUNT_AND_MINUTE,
        "registrations of this e-mail");
    if (!registrationOpen && !members.isInvited(email)) {
      throw HttpFailure.forbidden(
          "registration_closed", "Registration is closed here. Ask the operator for an account.");
    }
    refuseTaken(accounts.find(email).isPresent());
    var hash = hasher.hash(password.secret());
    var made =
        jdbi.inTransaction(tx -> {
          var account = accounts.create(tx, email, hash);
          refuseTaken(account.isEmpty());
          return Map.entry(account.orElseThrow(), opening.of(tx, account.orElseThrow()));
        });
    members.joinInvited(made.getKey().user(), email);
    return made.getValue();
  }

  private static void refuseTaken(boolean taken) {
    if (taken) {
      throw HttpFailure.conflict(
          "email_taken", "There is an account with this e-mail already. Sign in instead.");
    }
  }

  /// Signs in.
  ///
  /// @param tally counts the account
  /// @throws HttpFailure 401 if e-mail or password is wrong, 429
  public Session login(RateTally tally, EmailAddress email, SecretText password) {
    var account = verified(tally, email, password);
    return answer(account, jdbi.inTransaction(tx -> sessions.open(tx, account.user())));
  }

  /// Signs in in a browser.
  ///
  /// @throws HttpFailure as [#login]; the same limits count both
  public BrowserSession loginInBrowser(RateTally tally, EmailAddress email, SecretText password) {
    var account = verified(tally, email, password);
    return jdbi.inTransaction(tx -> browserSession(tx, account));
  }

  private BrowserSession browserSession(Handle tx, Account account) {
    var open = sessions.openForBrowser(tx, account.user());
    return new BrowserSession(open.refreshToken(), JdbcSessions.LIFETIME);
  }

  /// Ends a browser's session. Safe to repeat.
  public void logoutInBrowser(SecretText cookie) {
    sessions.browsing(cookie).ifPresent(browsing -> sessions.end(browsing.session()));
  }

  /// The person behind a user's id.
  public Account byId(UserId user) {
    return accounts.byId(user);
  }

  private Account verified(RateTally tally, EmailAddress email, SecretText password) {
    tally.count(
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
    members.joinInvited(account.user(), email);
    return account;
  }

  private static HttpFailure wrongCredentials() {
    return HttpFailure.unauthorized("wrong_credentials", "The e-mail or the password is wrong.");
  }

  /// Goes on with a session.
  ///
  /// @param tally counts the account
  /// @throws HttpFailure 401 if the token does not hold; one that is used again ends the session.
  ///   429
  public Session refresh(RateTally tally, SecretText refreshToken) {
    countAccount(tally, "refresh", sessions.userOf(refreshToken));
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
  ///
  /// @throws HttpFailure 429
  public void logout(RateTally tally, SecretText refreshToken) {
    countAccount(tally, "logout", sessions.userOf(refreshToken));
    sessions.end(refreshToken);
  }

  /// Signs out. Safe to repeat.
  ///
  /// @throws HttpFailure 429
  void logout(RateTally tally, UserId user, SessionId session) {
    countAccount(tally, "logout", Optional.of(user));
    sessions.end(session);
  }

  /// A token that is nobody's counts for its address alone.
  private static void countAccount(RateTally tally, String what, Optional<UserId> user) {
    user.ifPresent(it ->
        tally.count(
            what + "/account/" + it,
            RENEWALS_PER_ACCOUNT_AND_MINUTE,
            "requests of this kind of this account"));
  }

  private Session answer(Account account, JdbcSessions.Open open) {
    var claims = new AccessTokens.Claims(account.user(), account.team(), open.session());
    return new Session(
        accessTokens.issue(claims).reveal(),
        open.refreshToken().reveal(),
        AccessTokens.LIFETIME.toSeconds(),
        new UserPart(account.user(), account.email().text()),
        new TeamPart(account.team(), account.teamName()));
  }
}
