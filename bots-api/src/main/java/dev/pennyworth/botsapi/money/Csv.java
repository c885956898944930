package dev.pennyworth.botsapi.money;

import io.micronaut.http.HttpRequest;
import java.util.Optional;

/// What all CSV answers share.
final class Csv {
  private Csv() {}

  /// Whether a caller prefers CSV to JSON.
  static boolean isWanted(HttpRequest<?> request) {
    return request.accept().stream()
        .findFirst()
        .filter(type -> type.getName().equals("text/csv"))
        .isPresent();
  }

  /// A spreadsheet would run a text that begins like a formula; a quote in front makes it a text.
  static String text(Optional<?> value) {
    String text = value.map(Object::toString).orElse("");
    return !text.isEmpty() && "=+-@\t\r".indexOf(text.charAt(0)) >= 0 ? "'" + text : text;
  }
}
