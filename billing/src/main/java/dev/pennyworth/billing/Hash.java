package dev.pennyworth.billing;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// A SHA-256 in hex; empty before the first row of a chain.
public record Hash(String hex) {
  static final Hash NONE = new Hash("");

  static Hash of(byte[] bytes) {
    return new Hash(HexFormat.of().formatHex(bytes));
  }

  byte[] bytes() {
    return HexFormat.of().parseHex(hex);
  }

  /// The hash of a row: of the previous row's hash and of every fact in the row, in this order,
  /// each on a line of its own.
  static Hash ofRow(LedgerRow row) {
    var text = new StringBuilder();
    line(text, row.previousHash().hex());
    line(text, row.seq());
    line(text, row.txn());
    line(text, row.sourceKey());
    line(text, row.at());
    line(text, row.kind());
    line(text, row.balanceAfter().nanos());
    line(text, row.eventDay());
    line(text, row.bot());
    line(text, row.turn());
    line(text, row.step());
    line(text, row.hold());
    line(text, row.purpose());
    line(text, row.provider());
    line(text, row.model());
    line(text, row.priceId());
    line(text, row.providerRequestId());
    line(text, row.tokens());
    line(text, row.cost().nanos());
    line(text, row.billed().nanos());
    line(text, row.flags());
    row.entries().forEach(entry -> line(text, entry));
    return of(sha256(text.toString().getBytes(StandardCharsets.UTF_8)));
  }

  /// Lengths keep a value that contains a line break from looking like two values.
  private static void line(StringBuilder text, Object value) {
    String written = value.toString();
    text.append(written.length()).append(':').append(written).append('\n');
  }

  private static byte[] sha256(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
