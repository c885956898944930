package dev.pennyworth.billing;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.LocalDate;
import java.util.HexFormat;
import java.util.Optional;

/// A SHA-256 in hex; empty before the first row of a chain.
public record Hash(String hex) {
  static final Hash NONE = new Hash("");

  static Hash of(byte[] bytes) {
    return new Hash(HexFormat.of().formatHex(bytes));
  }

  byte[] bytes() {
    return HexFormat.of().parseHex(hex);
  }

  /// The hash of a row: of the previous row's hash and of every fact in the row, in this order.
  /// Each fact is written as its length, a colon, its text and a line break; one that is missing as
  /// `-`. This form is version 1 and never changes: stored rows were hashed with it.
  static Hash ofRow(LedgerRow row) {
    var text = new StringBuilder();
    line(text, "1");
    line(text, row.previousHash().hex());
    line(text, row.seq());
    line(text, row.txn().uuid().toString());
    line(text, row.sourceKey());
    line(text, row.at().toString());
    line(text, row.kind());
    line(text, row.balanceAfter().nanos());
    line(text, row.eventDay().map(LocalDate::toString));
    line(text, row.bot().map(bot -> bot.uuid().toString()));
    line(text, row.turn().map(turn -> turn.uuid().toString()));
    line(text, row.step().map(step -> Integer.toString(step)));
    line(text, row.hold().map(hold -> hold.uuid().toString()));
    line(text, row.purpose());
    line(text, row.provider());
    line(text, row.model());
    line(text, row.priceId());
    line(text, row.providerRequestId());
    line(text, row.tokens().input());
    line(text, row.tokens().output());
    line(text, row.tokens().cacheRead());
    line(text, row.tokens().cacheWrite());
    line(text, row.cost().nanos());
    line(text, row.billed().nanos());
    line(text, String.join(",", row.flags()));
    for (var entry : row.entries()) {
      line(text, entry.account());
      line(text, entry.amount().nanos());
    }
    // Rows of before there were priced tools have no such line, and keep their hash.
    row.tool().ifPresent(tool -> line(text, tool));
    // Nor those without cache writes for an hour. No tool is named like this line.
    if (row.tokens().cacheWriteHour() > 0) {
      line(text, "cache_write_1h=" + row.tokens().cacheWriteHour());
    }
    return of(sha256(text.toString().getBytes(StandardCharsets.UTF_8)));
  }

  private static void line(StringBuilder text, long fact) {
    line(text, Long.toString(fact));
  }

  private static void line(StringBuilder text, Optional<String> fact) {
    if (fact.isPresent()) {
      line(text, fact.get());
    } else {
      text.append("-\n");
    }
  }

  /// Lengths keep a fact that contains a line break from looking like two.
  private static void line(StringBuilder text, String fact) {
    text.append(fact.length()).append(':').append(fact).append('\n');
  }

  private static byte[] sha256(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
