package dev.pennyworth.billing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/// Reads the price catalogue's file: dollars per million tokens, as providers print them.
final class PriceFile {
  private static final ObjectMapper JSON = new ObjectMapper();

  private PriceFile() {}

  /// The catalogue that ships with the program.
  static List<Price> shipped() {
    try (InputStream file = PriceFile.class.getResourceAsStream("prices.json")) {
      if (file == null) {
        throw new IllegalStateException("prices.json is missing from the program");
      }
      return read(file);
    } catch (IOException e) {
      throw new IllegalStateException("prices.json cannot be read", e);
    }
  }

  /// Reads a catalogue.
  ///
  /// @throws IllegalArgumentException if a price is missing, not a plain decimal, negative, or asks
  ///   more for a cache read than for input
  static List<Price> read(InputStream file) throws IOException {
    var prices = new ArrayList<Price>();
    for (var model : JSON.readTree(file).path("models")) {
      prices.add(price(model));
    }
    return List.copyOf(prices);
  }

  private static Price price(JsonNode model) {
    String provider = text(model, "provider");
    String name = text(model, "model");
    String from = text(model, "effective_from");
    long input = nanosPerMillion(model, "input");
    long output = nanosPerMillion(model, "output");
    return new Price(
        provider + "/" + name + "@" + from,
        provider,
        name,
        model.path("name").asText(name),
        input,
        output,
        model.has("cache_read") ? nanosPerMillion(model, "cache_read") : input,
        model.has("cache_write") ? nanosPerMillion(model, "cache_write") : input,
        model.path("calls_tools").asBoolean(true),
        Instant.parse(from + "T00:00:00Z"));
  }

  private static String text(JsonNode model, String field) {
    if (!model.path(field).isTextual()) {
      throw new IllegalArgumentException("a model in the price file has no " + field);
    }
    return model.path(field).asText();
  }

  /// Dollars are written as text, such as "0.15": a JSON number would pass through floating point.
  private static long nanosPerMillion(JsonNode model, String field) {
    String dollars = text(model, field);
    return NanoUsd.parseCents(dollars)
        .map(cents -> Math.multiplyExact(cents.nanos(), 100L))
        .orElseThrow(() ->
            new IllegalArgumentException(
                field + " of " + text(model, "model") + " is not a price: " + dollars));
  }
}
