package dev.pennyworth.botsapi.accounts;

import dev.pennyworth.billing.JdbcWallets;
import dev.pennyworth.botsapi.Configuration;
import dev.pennyworth.botsapi.audit.JdbcAudit;
import dev.pennyworth.botsapi.secrets.MasterKey;
import dev.pennyworth.botsapi.secrets.PasswordHasher;
import io.micronaut.context.annotation.Factory;
import jakarta.inject.Singleton;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.UUID;
import java.util.function.Supplier;
import org.jdbi.v3.core.Jdbi;

/// The object graph of accounts.
@Factory
final class AccountsWiring {
  private static final int HASHES_AT_ONCE_MIN = 2;

  @Singleton
  Tokens tokens(SecureRandom random) {
    return new Tokens(random);
  }

  @Singleton
  PasswordHasher passwordHasher(SecureRandom random) {
    int processors = Runtime.getRuntime().availableProcessors();
    return new PasswordHasher(random, Math.max(HASHES_AT_ONCE_MIN, processors));
  }

  @Singleton
  AccessTokens accessTokens(MasterKey masterKey, InstantSource clock) {
    return new AccessTokens(masterKey, clock);
  }

  @Singleton
  JdbcSessions sessions(Jdbi jdbi, Tokens tokens, Supplier<UUID> ids, InstantSource clock) {
    return new JdbcSessions(jdbi, tokens, ids, clock);
  }

  @Singleton
  JdbcAccounts jdbcAccounts(
      Jdbi jdbi, JdbcWallets wallets, Supplier<UUID> ids, InstantSource clock) {
    return new JdbcAccounts(jdbi, wallets, ids, clock);
  }

  @Singleton
  JdbcApiKeys apiKeys(
      Jdbi jdbi, Tokens tokens, JdbcAudit audit, Supplier<UUID> ids, InstantSource clock) {
    return new JdbcApiKeys(jdbi, tokens, audit, ids, clock);
  }

  @Singleton
  Members members(
      Jdbi jdbi, JdbcApiKeys keys, JdbcAudit audit, Supplier<UUID> ids, InstantSource clock) {
    return new Members(jdbi, new JdbcMembers(), new JdbcInvitations(), keys, audit, ids, clock);
  }

  @Singleton
  JdbcCallers callers(
      Jdbi jdbi, AccessTokens accessTokens, JdbcApiKeys apiKeys, JdbcSessions sessions) {
    return new JdbcCallers(jdbi, accessTokens, apiKeys, sessions);
  }

  @Singleton
  Accounts accounts(
      Jdbi jdbi,
      JdbcAccounts accounts,
      JdbcSessions sessions,
      AccessTokens accessTokens,
      PasswordHasher hasher,
      Members members,
      Configuration configuration) {
    return new Accounts(
        jdbi, accounts, sessions, accessTokens, hasher, members, configuration.registrationOpen());
  }
}
