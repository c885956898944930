package dev.pennyworth.botsapi.dashboard;

import dev.pennyworth.botsapi.accounts.JdbcApiKeys;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// API keys, without their secrets.
///
/// @param made the key that has just been made: this page alone shows it
public record KeysPage(
    List<JdbcApiKeys.Listed> keys, @Nullable String nextCursor, Form form, Optional<String> made) {
  public KeysPage {
    keys = List.copyOf(keys);
  }
}
