package dev.pennyworth.connectors;

import java.time.Instant;
import java.util.Optional;

/// The right to listen for one bot: one process has it at a time.
public interface Slot {
  /// How far the bot's messages were read, as last kept; whoever had the slot.
  Optional<String> cursor();

  /// Keeps how far the messages were read. To be called once they are stored, never before.
  ///
  /// @return whether the slot still is ours: if not, nothing was kept
  boolean keep(String cursor);

  /// When the bot became active: what was said to it before is not its business. Empty where that
  /// is not known.
  Optional<Instant> activeSince();

  /// What the owner is to know about the connection, in a person's words; empty if it is well.
  /// Never a secret. [PlatformSlots] tells of what is thrown by itself.
  void report(Optional<String> problem);

  /// Whether nobody else may have taken the slot yet. Asks no database.
  boolean isOurs();
}
