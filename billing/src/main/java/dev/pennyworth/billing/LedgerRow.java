package dev.pennyworth.billing;

import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;

/// One ledger transaction as it stands in the books, seen from the wallet.
///
/// @param seq its place in the team's chain, from 1 without gaps
/// @param kind such as `charge` or `deposit`
/// @param amount added to the wallet; negative was taken from it
/// @param balanceAfter of the wallet
/// @param hash of this row and, through the previous one's, of all before it
public record LedgerRow(
    long seq,
    TxnId txn,
    String sourceKey,
    Instant at,
    String kind,
    NanoUsd amount,
    NanoUsd balanceAfter,
    Optional<LocalDate> eventDay,
    Optional<BotId> bot,
    Optional<TurnId> turn,
    Optional<Integer> step,
    Optional<HoldId> hold,
    Optional<String> purpose,
    Optional<String> provider,
    Optional<String> model,
    Optional<String> tool,
    Optional<String> priceId,
    Optional<String> providerRequestId,
    TokenUsage tokens,
    NanoUsd cost,
    NanoUsd billed,
    List<String> flags,
    List<Entry> entries,
    Hash previousHash,
    Hash hash) {
  public LedgerRow {
    flags = List.copyOf(flags);
    entries = List.copyOf(entries);
  }

  /// The row that a posting becomes at the end of a team's chain.
  ///
  /// @param seq of the last row
  /// @param hash of the last row
  /// @param balance of the wallet before
  /// @param at cut to microseconds, as it will read back: the hash covers it
  static LedgerRow next(
      TeamId team, Posting posting, long seq, Hash hash, NanoUsd balance, Instant at) {
    var context = posting.context();
    var price = context.map(Posting.StepContext::price);
    var model = price.filter(one -> !one.isOfTool());
    var row =
        new LedgerRow(
            seq + 1,
            new TxnId(TypedIds.of("txn", team.uuid().toString(), posting.sourceKey())),
            posting.sourceKey(),
            at,
            posting.kind().word(),
            posting.walletDelta(),
            balance.plus(posting.walletDelta()),
            context.map(Posting.StepContext::eventDay),
            context.map(step -> step.key().bot()),
            context.map(step -> step.key().turn()),
            context.map(step -> step.key().step()),
            context.map(Posting.StepContext::hold),
            context.map(Posting.StepContext::purpose),
            model.map(Price::provider),
            model.map(Price::model),
            price.filter(Price::isOfTool).map(Price::model),
            price.map(Price::id),
            context.flatMap(Posting.StepContext::providerRequestId),
            context.map(Posting.StepContext::usage).orElse(TokenUsage.NONE),
            context.map(Posting.StepContext::cost).orElse(NanoUsd.ZERO),
            context.map(Posting.StepContext::billed).orElse(NanoUsd.ZERO),
            context.map(Posting.StepContext::flags).orElse(posting.flags()),
            entries(posting),
            hash,
            Hash.NONE);
    return row.withHash(Hash.ofRow(row));
  }

  private static List<Entry> entries(Posting posting) {
    return posting.lines().stream()
        .map(line -> new Entry(line.account().word(), line.amount()))
        .toList();
  }

  private LedgerRow withHash(Hash own) {
    return new LedgerRow(
        seq,
        txn,
        sourceKey,
        at,
        kind,
        amount,
        balanceAfter,
        eventDay,
        bot,
        turn,
        step,
        hold,
        purpose,
        provider,
        model,
        tool,
        priceId,
        providerRequestId,
        tokens,
        cost,
        billed,
        flags,
        entries,
        previousHash,
        own);
  }

  /// One line of double entry.
  public record Entry(String account, NanoUsd amount) {}
}
