package dev.pennyworth.botsapi.events;

import dev.pennyworth.billing.EventType;
import dev.pennyworth.connectors.HttpFailure;
import java.util.Arrays;
import java.util.List;

/// Which events an endpoint wants: types such as `payment.succeeded`, and prefixes such as
/// `payment.*`. A lone `*` is everything, types of later versions included.
record EventFilter(List<String> patterns) {
  static final EventFilter EVERYTHING = new EventFilter(List.of("*"));

  private static final String WILDCARD = "*";

  EventFilter {
    patterns = List.copyOf(patterns);
  }

  /// Reads what a person asked for.
  ///
  /// @throws HttpFailure 422 if there is none, or one that no known type fits
  static EventFilter read(List<String> patterns) {
    if (patterns.isEmpty()) {
      throw HttpFailure.invalidValue(
          "events", "events must name at least one type; leave it out for all.", known());
    }
    for (var pattern : patterns) {
      if (Arrays.stream(EventType.values()).noneMatch(type -> fits(pattern, type.word()))) {
        throw HttpFailure.invalidValue(
            "events",
            "events: there is no type '%s'. Known: %s; or a prefix that ends in '*'."
                .formatted(pattern, String.join(", ", known())),
            known());
      }
    }
    return new EventFilter(patterns.stream().distinct().toList());
  }

  boolean wants(String type) {
    return patterns.stream().anyMatch(pattern -> fits(pattern, type));
  }

  private static boolean fits(String pattern, String type) {
    return pattern.endsWith(WILDCARD)
        ? type.startsWith(pattern.substring(0, pattern.length() - WILDCARD.length()))
        : type.equals(pattern);
  }

  private static List<String> known() {
    return Arrays.stream(EventType.values()).map(EventType::word).toList();
  }
}
