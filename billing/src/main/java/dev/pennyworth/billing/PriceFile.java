package dev.pennyworth.billing;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/// Reads price files: dollars per million tokens, as providers print them, and cents per tool call.
final class PriceFile {
  private static final int BYTES_MAX = 1 << 20;
  private static final int VERSIONS_MAX = 2_000;
  private static final int RULES_MAX = 20;

  private static final List<String> FILE = List.of("about", "models", "tools");
  private static final List<String> MODEL =
      List.of(
          "provider",
          "model",
          "name",
          "input",
          "output",
          "cache_read",
          "cache_write",
          "cache_write_1h",
          "calls_tools",
          "retired",
          "effective_from");
  private static final List<String> FIGURES =
      List.of("input", "output", "cache_read", "cache_write", "cache_write_1h", "calls_tools");
  private static final List<String> TOOL =
      List.of("tool", "price_cents", "price_rules", "effective_from");
  private static final List<String> RULE =
      List.of("argument", "equals", "price_cents", "per_unit_cents");

  private static final ObjectMapper JSON =
      JsonMapper.builder(
              JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private PriceFile() {}

  /// The catalogue that ships with the program.
  static List<Price> shipped() {
    try (InputStream file = PriceFile.class.getResourceAsStream("prices.json")) {
      if (file == null) {
        throw new IllegalStateException("prices.json is missing from the program");
      }
      var list = read("The program's prices.json", file.readAllBytes());
      return list.models().stream().map(PriceVersion::price).toList();
    } catch (IOException e) {
      throw new IllegalStateException("prices.json cannot be read", e);
    }
  }

  /// An operator's file; empty if there is none.
  ///
  /// @throws PriceFileRefused if it cannot be taken
  static PriceList of(Path path) {
    try (var file = Files.newInputStream(path)) {
      byte[] text = file.readNBytes(BYTES_MAX + 1);
      if (text.length > BYTES_MAX) {
        throw new PriceFileRefused("%s is larger than %,d bytes.".formatted(path, BYTES_MAX));
      }
      return read(path.toString(), text);
    } catch (NoSuchFileException _) {
      return PriceList.EMPTY;
    } catch (IOException e) {
      throw new PriceFileRefused("%s cannot be read: %s.".formatted(path, e));
    }
  }

  /// Reads a file's text.
  ///
  /// @param name of the file, for people
  /// @throws PriceFileRefused if a field is unknown, missing or of the wrong kind, a price is
  ///   negative or out of all proportion, a cache read is dearer than input, or a version is there
  ///   twice
  static PriceList read(String name, byte[] text) throws IOException {
    var file = new PriceEntry(tree(name, text), name, FILE);
    var list =
        new PriceList(
            file.entries("models", VERSIONS_MAX, MODEL).stream().map(PriceFile::model).toList(),
            file.entries("tools", VERSIONS_MAX, TOOL).stream().map(PriceFile::tool).toList());
    var ids =
        Stream.concat(
            list.models().stream().map(version -> version.price().id()),
            list.tools().stream().map(version -> version.price().list().id()));
    Set<String> seen = new HashSet<>();
    ids.filter(id -> !seen.add(id))
        .findFirst()
        .ifPresent(id -> {
          throw file.refused("has the version %s twice".formatted(id));
        });
    return list;
  }

  private static JsonNode tree(String name, byte[] text) throws IOException {
    try {
      return JSON.readTree(text);
    } catch (JsonProcessingException e) {
      var place = e.getLocation();
      throw new PriceFileRefused(
          "%s is not valid JSON, or names a field twice, at line %d, column %d."
              .formatted(
                  name,
                  place == null ? 1 : place.getLineNr(),
                  place == null ? 1 : place.getColumnNr()));
    }
  }

  private static PriceVersion model(PriceEntry entry) {
    String provider =
        entry.text(
            "provider",
            String.join("|", Price.PROVIDERS),
            "one of " + String.join(", ", Price.PROVIDERS));
    String model =
        entry.text("model", "[^\\s\\p{Cntrl}]{1,200}", "1 to 200 characters without spaces");
    String name =
        entry.has("name")
            ? entry.text("name", "[^\\p{Cntrl}]{1,200}", "1 to 200 characters")
            : model;
    var from = entry.effectiveFrom();
    boolean isRetired = entry.flag("retired", false);
    if (isRetired) {
      FIGURES.stream()
          .filter(entry::has)
          .findFirst()
          .ifPresent(field -> {
            throw entry.refused("is retired and must not have " + field);
          });
    }
    long input = isRetired ? 0 : entry.nanosPerMillion("input");
    long output = isRetired ? 0 : entry.nanosPerMillion("output");
    long cacheRead = entry.has("cache_read") ? entry.nanosPerMillion("cache_read") : input;
    if (cacheRead > input) {
      throw entry.refused("asks more for cache reads than for input; at most as much is allowed");
    }
    long cacheWrite = entry.has("cache_write") ? entry.nanosPerMillion("cache_write") : input;
    return new PriceVersion(
        new Price(
            provider + "/" + model + "@" + PriceEntry.written(from),
            provider,
            model,
            name,
            input,
            output,
            cacheRead,
            cacheWrite,
            entry.has("cache_write_1h") ? entry.nanosPerMillion("cache_write_1h") : cacheWrite,
            entry.flag("calls_tools", true),
            from),
        isRetired);
  }

  private static ToolPriceVersion tool(PriceEntry entry) {
    String tool =
        entry.text(
            "tool",
            "[A-Za-z0-9_.:/-]{1,128}",
            "the tool's name, 1 to 128 of A-Z a-z 0-9 _ . : / -");
    var from = entry.effectiveFrom();
    var rules = entry.entries("price_rules", RULES_MAX, RULE).stream().map(PriceFile::rule);
    return new ToolPriceVersion(
        new ToolPrice(
            Price.ofTool(tool, PriceEntry.written(from)),
            entry.cents("price_cents"),
            rules.toList()),
        from);
  }

  private static ToolPrice.Rule rule(PriceEntry entry) {
    String argument =
        entry.text("argument", "[^\\p{Cntrl}]{1,200}", "the argument's name, 1 to 200 characters");
    boolean isPerUnit = entry.has("per_unit_cents");
    if (isPerUnit == entry.has("equals") || isPerUnit == entry.has("price_cents")) {
      throw entry.refused("needs either equals and price_cents, or per_unit_cents");
    }
    return isPerUnit
        ? new ToolPrice.Rule.PerUnit(argument, entry.cents("per_unit_cents"))
        : new ToolPrice.Rule.Equal(
            argument,
            entry.text("equals", "[^\\p{Cntrl}]{0,200}", "a text of at most 200 characters"),
            entry.cents("price_cents"));
  }
}
