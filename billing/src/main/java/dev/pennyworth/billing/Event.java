package dev.pennyworth.billing;

import java.util.Map;

/// Something that owners are told, by outbound webhook and e-mail.
///
/// @param sourceKey names the occurrence: a second event of the same key is none
/// @param facts what is to be known about it, by name: texts, whole numbers, booleans. Amounts are
///   nano-dollars under names that end in `_nanos`, and leave the house as cents
public record Event(EventType type, String sourceKey, Map<String, Object> facts) {
  public Event {
    facts = Map.copyOf(facts);
  }
}
