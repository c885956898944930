package dev.pennyworth.migrations;

import org.jspecify.annotations.Nullable;

/// The database cannot be had. The message is for the operator: what is wrong and what to do.
public final class DatabaseException extends RuntimeException {

  DatabaseException(String message) {
    super(message);
  }

  DatabaseException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
