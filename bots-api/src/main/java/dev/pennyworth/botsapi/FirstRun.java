package dev.pennyworth.botsapi;

import dev.pennyworth.agentloop.SecretText;
import dev.pennyworth.billing.BotId;
import dev.pennyworth.botsapi.accounts.EmailAddress;
import dev.pennyworth.botsapi.accounts.JdbcAccounts;
import dev.pennyworth.botsapi.accounts.JdbcApiKeys;
import dev.pennyworth.botsapi.secrets.PasswordHasher;
import java.security.SecureRandom;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/// What the first start on an empty database makes, all in one transaction: the owner, an API key
/// for them, and a bot to talk to.
final class FirstRun {
  private static final String PASSWORD_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789";
  private static final int PASSWORD_LENGTH = 20; // about 99 bits

  private final Jdbi jdbi;
  private final JdbcAccounts accounts;
  private final JdbcApiKeys keys;
  private final PasswordHasher hasher;
  private final Optional<StarterBot> starterBot;
  private final SecureRandom random;

  FirstRun(
      Jdbi jdbi,
      JdbcAccounts accounts,
      JdbcApiKeys keys,
      PasswordHasher hasher,
      Optional<StarterBot> starterBot,
      SecureRandom random) {
    this.jdbi = jdbi;
    this.accounts = accounts;
    this.keys = keys;
    this.hasher = hasher;
    this.starterBot = starterBot;
    this.random = random;
  }

  /// What was made, to be shown this once.
  ///
  /// @param password empty if the operator chose it
  /// @param bot empty while nobody can make one
  record Made(
      EmailAddress email, Optional<SecretText> password, SecretText apiKey, Optional<BotId> bot) {}

  /// Makes the owner and what belongs to them, unless somebody has registered already.
  Optional<Made> run(Configuration.FirstOwner owner) {
    return jdbi.inTransaction(
        tx -> accounts.isEmptyForUpdate(tx) ? Optional.of(make(tx, owner)) : Optional.empty());
  }

  private Made make(Handle tx, Configuration.FirstOwner owner) {
    var generated =
        owner.password().isPresent() ? Optional.<SecretText>empty() : Optional.of(password());
    var hash = hasher.hash(owner.password().or(() -> generated).orElseThrow());
    var account = accounts.create(tx, new EmailAddress(owner.email()), hash).orElseThrow();
    accounts.makeOperator(tx, account.user());
    var key = keys.create(tx, account.caller(), "First run");
    var bot = starterBot.map(port -> port.create(tx, account.caller()));
    return new Made(account.email(), generated, key.key(), bot);
  }

  private SecretText password() {
    var password = new StringBuilder();
    for (int i = 0; i < PASSWORD_LENGTH; i++) {
      password.append(PASSWORD_LETTERS.charAt(random.nextInt(PASSWORD_LETTERS.length())));
    }
    return new SecretText(password.toString());
  }
}
