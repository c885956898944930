package dev.pennyworth.botsapi.events;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.DecimalNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.pennyworth.billing.NanoUsd;
import java.math.BigDecimal;
import java.time.Instant;

/// An event as billing wrote it down.
///
/// @param type a word of EventType, or one of a version that is not this
/// @param facts an object; amounts are nano-dollars under names that end in `_nanos`
record StoredEvent(EventId id, String type, JsonNode facts, Instant at) {
  private static final String NANOS = "_nanos";
  private static final String CENTS = "_cents";

  /// An event as people outside see it.
  ///
  /// @param data the facts, each amount in cents under a name that ends in `_cents`
  record Body(String type, Instant timestamp, JsonNode data) {}

  Body body() {
    return new Body(type, at, data());
  }

  /// The facts as [Body] has them.
  JsonNode data() {
    var data = JsonNodeFactory.instance.objectNode();
    for (var fact : facts.properties()) {
      var name = fact.getKey();
      if (name.endsWith(NANOS) && fact.getValue().canConvertToLong()) {
        var amount = new NanoUsd(fact.getValue().longValue());
        data.set(
            name.substring(0, name.length() - NANOS.length()) + CENTS,
            DecimalNode.valueOf(new BigDecimal(amount.toCents())));
      } else {
        data.set(name, fact.getValue());
      }
    }
    return data;
  }
}
