package dev.pennyworth.botsapi.http;

import dev.pennyworth.connectors.HttpFailure;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Lists in pages. A page begins after the key of the last row of the page before; the cursor is
/// that key, made opaque.
public final class Pages {
  private static final int LIMIT_MAX = 200;
  private static final int LIMIT_DEFAULT = 50;
  private static final int CURSOR_LENGTH_MAX = 1_000;

  private Pages() {}

  /// What a caller asked for.
  ///
  /// @param after the key that the page begins after; empty for the first page
  public record Request<K>(int limit, Optional<K> after) {

    /// How many rows to read: one more than is shown, to know whether another page follows.
    public int rows() {
      return limit + 1;
    }

    /// The page of these rows.
    ///
    /// @param rows at most [#rows()], in order
    /// @param key the key of a row, as `readKey` takes it
    public <T> Page<T> page(List<T> rows, Function<T, String> key) {
      if (rows.size() <= limit) {
        return new Page<>(List.copyOf(rows), null);
      }
      var shown = List.copyOf(rows.subList(0, limit));
      return new Page<>(shown, write(key.apply(shown.getLast())));
    }
  }

  /// Some rows, and the cursor of the next page or null.
  public record Page<T>(List<T> rows, @Nullable String nextCursor) {}

  /// Reads the query parameters `limit` and `cursor`.
  ///
  /// @param readKey reads a key; empty if the text is not one
  /// @throws HttpFailure 422 if either cannot be
  public static <K> Request<K> request(
      @Nullable String limit, @Nullable String cursor, Function<String, Optional<K>> readKey) {
    Optional<K> after = cursor == null ? Optional.empty() : Optional.of(read(cursor, readKey));
    return new Request<>(limit(limit), after);
  }

  private static int limit(@Nullable String text) {
    if (text == null) {
      return LIMIT_DEFAULT;
    }
    if (text.matches("[1-9]\\d{0,2}") && Integer.parseInt(text) <= LIMIT_MAX) {
      return Integer.parseInt(text);
    }
    throw HttpFailure.invalidValue(
        "limit",
        "limit must be a whole number from 1 to %d.".formatted(LIMIT_MAX),
        "1-" + LIMIT_MAX);
  }

  private static <K> K read(String cursor, Function<String, Optional<K>> readKey) {
    return decode(cursor)
        .flatMap(readKey)
        .orElseThrow(() ->
            HttpFailure.invalidValue(
                "cursor", "cursor must be the next_cursor of an earlier answer of this list."));
  }

  private static Optional<String> decode(String cursor) {
    if (cursor.length() > CURSOR_LENGTH_MAX) {
      return Optional.empty();
    }
    try {
      return Optional.of(new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.UTF_8));
    } catch (IllegalArgumentException _) {
      return Optional.empty();
    }
  }

  private static String write(String key) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(key.getBytes(StandardCharsets.UTF_8));
  }
}
