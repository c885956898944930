package dev.pennyworth.billing;

import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/// The books: double entry, append-only, hash-chained per team.
public final class JdbcLedger {
  private final Jdbi jdbi;
  private final InstantSource clock;

  JdbcLedger(Jdbi jdbi, InstantSource clock) {
    this.jdbi = jdbi;
    this.clock = clock;
  }

  /// Which rows to list, newest first.
  ///
  /// @param before list rows older than this sequence; [Long#MAX_VALUE] begins at the newest
  public record Filter(
      Optional<Instant> from,
      Optional<Instant> to,
      Optional<BotId> bot,
      Optional<String> kind,
      Optional<TurnId> turn,
      long before,
      int rowsMax) {}

  /// A page of a team's ledger, newest first.
  public List<LedgerRow> list(TeamId team, Filter filter) {
    return jdbi.withHandle(handle -> JdbcLedgerRows.list(handle, team, filter));
  }

  /// Appends a transaction and moves the wallet by it, whose row it locks. Joins the caller's
  /// transaction.
  ///
  /// @param release what the wallet had set aside for this and no longer does
  TxnId append(Handle tx, TeamId team, Posting posting, NanoUsd release) {
    var head = lockHead(tx, team);
    var delta = posting.walletDelta();
    var balance = head.balance().plus(delta);
    var row = row(team, posting, head, balance);
    var sealed = withHash(row);
    insertTransaction(tx, team, sealed);
    insertEntries(tx, team, sealed);
    moveWallet(tx, team, posting, sealed, release);
    return sealed.txn();
  }

  private record Head(NanoUsd balance, long seq, Hash hash) {}

  private static Head lockHead(Handle tx, TeamId team) {
    return tx.createQuery(
            """
            SELECT balance_nanos, ledger_seq, ledger_hash
            FROM wallet
            WHERE team_id = :team
            FOR UPDATE
            """)
        .bind("team", team.uuid())
        .map((row, _) ->
            new Head(new NanoUsd(row.getLong(1)), row.getLong(2), Hash.of(row.getBytes(3))))
        .one();
  }

  private LedgerRow row(TeamId team, Posting posting, Head head, NanoUsd balance) {
    var context = posting.context();
    return new LedgerRow(
        head.seq() + 1,
        new TxnId(TypedIds.of("txn", team.uuid().toString(), posting.sourceKey())),
        posting.sourceKey(),
        clock.instant().truncatedTo(ChronoUnit.MICROS), // as it will read back, for the hash
        posting.kind().word(),
        posting.walletDelta(),
        balance,
        context.map(Posting.StepContext::eventDay),
        context.map(step -> step.key().bot()),
        context.map(step -> step.key().turn()),
        context.map(step -> step.key().step()),
        context.map(Posting.StepContext::hold),
        context.map(Posting.StepContext::purpose),
        context.map(step -> step.price().provider()),
        context.map(step -> step.price().model()),
        context.map(step -> step.price().id()),
        context.flatMap(Posting.StepContext::providerRequestId),
        context.map(Posting.StepContext::usage).orElse(TokenUsage.NONE),
        context.map(Posting.StepContext::cost).orElse(NanoUsd.ZERO),
        context.map(Posting.StepContext::billed).orElse(NanoUsd.ZERO),
        context.map(Posting.StepContext::flags).orElse(posting.flags()),
        entries(posting),
        head.hash(),
        Hash.NONE);
  }

  private static List<LedgerRow.Entry> entries(Posting posting) {
    var entries = new ArrayList<LedgerRow.Entry>();
    posting
        .lines()
        .forEach(line -> entries.add(new LedgerRow.Entry(line.account().word(), line.amount())));
    return entries;
  }

  private static LedgerRow withHash(LedgerRow row) {
    return new LedgerRow(
        row.seq(),
        row.txn(),
        row.sourceKey(),
        row.at(),
        row.kind(),
        row.amount(),
        row.balanceAfter(),
        row.eventDay(),
        row.bot(),
        row.turn(),
        row.step(),
        row.hold(),
        row.purpose(),
        row.provider(),
        row.model(),
        row.priceId(),
        row.providerRequestId(),
        row.tokens(),
        row.cost(),
        row.billed(),
        row.flags(),
        row.entries(),
        row.previousHash(),
        Hash.ofRow(row));
  }

  private static void insertTransaction(Handle tx, TeamId team, LedgerRow row) {
    tx.createUpdate(
            """
            INSERT INTO ledger_transaction
              (team_id, seq, txn_id, source_key, kind, at, event_day, bot_id, turn_id, step, hold_id,
               purpose, llm_provider, llm_model, price_id, provider_request_id,
               tokens_input, tokens_output, tokens_cache_read, tokens_cache_write,
               cost_nanos, billed_nanos, flags, previous_hash, hash)
            VALUES
              (:team, :seq, :txn, :source, :kind, :at, :day, :bot, :turn, :step, :hold,
               :purpose, :provider, :model, :price, :request,
               :input, :output, :cache_read, :cache_write,
               :cost, :billed, :flags, :previous_hash, :hash)
            """)
        .bind("team", team.uuid())
        .bind("seq", row.seq())
        .bind("txn", row.txn().uuid())
        .bind("source", row.sourceKey())
        .bind("kind", row.kind())
        .bind("at", row.at())
        .bindByType("day", row.eventDay().orElse(null), LocalDate.class)
        .bind("bot", row.bot().map(BotId::uuid).orElse(null))
        .bind("turn", row.turn().map(TurnId::uuid).orElse(null))
        .bind("step", row.step().orElse(null))
        .bind("hold", row.hold().map(HoldId::uuid).orElse(null))
        .bind("purpose", row.purpose().orElse(null))
        .bind("provider", row.provider().orElse(null))
        .bind("model", row.model().orElse(null))
        .bind("price", row.priceId().orElse(null))
        .bind("request", row.providerRequestId().orElse(null))
        .bind("input", row.tokens().input())
        .bind("output", row.tokens().output())
        .bind("cache_read", row.tokens().cacheRead())
        .bind("cache_write", row.tokens().cacheWrite())
        .bind("cost", row.cost().nanos())
        .bind("billed", row.billed().nanos())
        .bindArray("flags", String.class, row.flags())
        .bind("previous_hash", row.previousHash().bytes())
        .bind("hash", row.hash().bytes())
        .execute();
  }

  private static void insertEntries(Handle tx, TeamId team, LedgerRow row) {
    var batch =
        tx.prepareBatch(
            """
            INSERT INTO ledger_entry (team_id, seq, line, account, amount_nanos, balance_after_nanos)
            VALUES (:team, :seq, :line, :account, :amount, :balance)
            """);
    int line = 0;
    for (var entry : row.entries()) {
      boolean isWallet = entry.account().equals(Posting.Account.WALLET.word());
      batch
          .bind("team", team.uuid())
          .bind("seq", row.seq())
          .bind("line", ++line)
          .bind("account", entry.account())
          .bind("amount", entry.amount().nanos())
          .bindByType("balance", isWallet ? row.balanceAfter().nanos() : null, Long.class)
          .add();
    }
    batch.execute();
  }

  private static void moveWallet(
      Handle tx, TeamId team, Posting posting, LedgerRow row, NanoUsd release) {
    boolean isDeposit = posting.kind() == Posting.Kind.DEPOSIT;
    tx.createUpdate(
            """
            UPDATE wallet
            SET balance_nanos = balance_nanos + :delta,
              held_nanos = held_nanos - :release,
              deposited_nanos = deposited_nanos + :deposited,
              spent_nanos = spent_nanos + :billed,
              ledger_seq = :seq,
              ledger_hash = :hash
            WHERE team_id = :team
            """)
        .bind("team", team.uuid())
        .bind("delta", row.amount().nanos())
        .bind("release", release.nanos())
        .bind("deposited", isDeposit ? row.amount().nanos() : 0L)
        .bind("billed", row.billed().nanos())
        .bind("seq", row.seq())
        .bind("hash", row.hash().bytes())
        .execute();
  }
}
