package dev.pennyworth.botsapi.dashboard;

import dev.pennyworth.botsapi.money.LedgerController;
import dev.pennyworth.botsapi.money.LedgerEntryView;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The ledger, newest first, under its filters.
///
/// @param filters as the address has them
/// @param query the filters, for links
/// @param names of bots by id
/// @param proof empty unless it was asked for
public record LedgerPage(
    Form filters,
    String query,
    List<Options.Option> bots,
    List<Options.Option> kinds,
    Map<String, String> names,
    List<LedgerEntryView> entries,
    @Nullable String nextCursor,
    Optional<LedgerController.ProofView> proof) {
  public LedgerPage {
    bots = List.copyOf(bots);
    kinds = List.copyOf(kinds);
    names = Map.copyOf(names);
    entries = List.copyOf(entries);
  }

  /// A path of the ledger with the filters kept.
  public String path(String path) {
    return query.isEmpty() ? path : path + "?" + query;
  }

  public boolean isFiltered() {
    return !query.isEmpty();
  }

  /// What a row is about: a bot's name, or that it was deleted.
  public String botName(String bot) {
    return names.getOrDefault(bot, "A deleted bot");
  }

  /// How many digits after the point the amounts of this page need.
  public int digits() {
    return entries.stream()
        .flatMap(row -> Stream.of(row.amountCents(), row.balanceAfterCents()))
        .mapToInt(MoneyText::digits)
        .max()
        .orElse(2);
  }

  /// What was recomputed, in a sentence.
  public static String counted(LedgerController.ProofView proof) {
    long rows = proof.checked().getOrDefault("ledger_transactions", 0L);
    long entries = proof.checked().getOrDefault("ledger_entries", 0L);
    return "%s and %s recomputed, with balances, holds, caps and daily figures. Each row's hash follows from the row before."
        .formatted(Words.count(rows, "row"), Words.count(entries, "entry line"));
  }
}
