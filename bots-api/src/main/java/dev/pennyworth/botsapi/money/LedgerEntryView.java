package dev.pennyworth.botsapi.money;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.pennyworth.billing.BotId;
import dev.pennyworth.billing.LedgerRow;
import dev.pennyworth.billing.NanoUsd;
import dev.pennyworth.billing.TurnId;
import dev.pennyworth.billing.TxnId;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;

/// A ledger transaction as it is told to people, seen from the wallet.
///
/// @param id the row's place in the team's chain
/// @param amountCents negative: taken from the wallet
/// @param eventDay the bot's local day that it counts on
/// @param costCents at list price; under byok it was not taken
public record LedgerEntryView(
    String id,
    TxnId txnId,
    Instant at,
    String kind,
    NanoUsd amountCents,
    NanoUsd balanceAfterCents,
    Optional<LocalDate> eventDay,
    Optional<BotId> botId,
    Optional<TurnId> turnId,
    Optional<Integer> step,
    Optional<String> purpose,
    Optional<String> llmProvider,
    Optional<String> llmModel,
    Optional<String> toolName,
    Tokens tokens,
    NanoUsd costCents,
    Optional<String> priceId,
    Optional<String> providerRequestId,
    List<String> flags,
    String previousHash,
    String hash) {

  /// Tokens in disjoint buckets.
  ///
  /// @param cacheWriteHour of `cacheWrite`, what was written for an hour, which has its own price
  public record Tokens(
      long input,
      long output,
      long cacheRead,
      long cacheWrite,
      @JsonProperty("cache_write_1h") long cacheWriteHour) {}

  static LedgerEntryView of(LedgerRow row) {
    var tokens = row.tokens();
    return new LedgerEntryView(
        Long.toString(row.seq()),
        row.txn(),
        row.at(),
        row.kind(),
        row.amount(),
        row.balanceAfter(),
        row.eventDay(),
        row.bot(),
        row.turn(),
        row.step(),
        row.purpose(),
        row.provider(),
        row.model(),
        row.tool(),
        new Tokens(
            tokens.input(),
            tokens.output(),
            tokens.cacheRead(),
            tokens.cacheWrite(),
            tokens.cacheWriteHour()),
        row.cost(),
        row.priceId(),
        row.providerRequestId(),
        row.flags(),
        row.previousHash().hex(),
        row.hash().hex());
  }
}
