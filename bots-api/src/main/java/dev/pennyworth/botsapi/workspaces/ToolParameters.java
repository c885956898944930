package dev.pennyworth.botsapi.workspaces;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.InputFormat;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.pennyworth.agentloop.CleanText;
import dev.pennyworth.connectors.HttpFailure;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Which JSON Schemas a tool may declare its arguments by: those of an object, valid against the
/// dialect that they name, and whole in themselves.
final class ToolParameters {
  /// A tool that takes no arguments.
  static final String NONE = "{\"type\":\"object\",\"properties\":{}}";

  static final int LENGTH_MAX = 20_000;

  private static final String FIELD = "parameters";
  private static final List<String> REFERENCES = List.of("$ref", "$dynamicRef", "$recursiveRef");
  private static final SchemaRegistry DIALECTS =
      SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);

  private ToolParameters() {}

  /// @param text the same as JSON text, as it will be kept
  /// @throws HttpFailure 422
  static void require(JsonNode schema, String text) {
    if (text.length() > LENGTH_MAX) {
      throw HttpFailure.invalidValue(
          FIELD,
          "parameters must be a JSON Schema of at most %,d characters.".formatted(LENGTH_MAX));
    }
    if (!CleanText.of(text).equals(text)) {
      throw HttpFailure.invalidValue(FIELD, "parameters has half of a character in it.");
    }
    if (!schema.isObject() || !schema.path("type").asText().equals("object")) {
      throw HttpFailure.invalidValue(
          FIELD,
          "parameters must be a JSON Schema of an object, such as %s.".formatted(NONE),
          "a JSON Schema with \"type\": \"object\"");
    }
    refuseForeignReferences(schema);
    var dialect = dialect(schema);
    var mistakes =
        DIALECTS
            .getSchema(SchemaLocation.of(dialect.getDialectId()))
            .validate(text, InputFormat.JSON);
    if (!mistakes.isEmpty()) {
      throw HttpFailure.invalidValue(
          FIELD,
          "parameters is not a valid JSON Schema: %s."
              .formatted(mistakes.getFirst().toString().strip().replaceAll("\\.$", "")));
    }
  }

  private static SpecificationVersion dialect(JsonNode schema) {
    if (!schema.has("$schema")) {
      return SpecificationVersion.DRAFT_2020_12;
    }
    String id = schema.path("$schema").asText();
    return SpecificationVersion.fromDialectId(id)
        .orElseThrow(() ->
            HttpFailure.invalidValue(
                FIELD + ".$schema",
                "parameters.$schema must be left out or name a known dialect.",
                Arrays.stream(SpecificationVersion.values())
                    .map(SpecificationVersion::getDialectId)
                    .toList()));
  }

  /// What lies elsewhere would have to be fetched, from wherever an owner says.
  private static void refuseForeignReferences(JsonNode schema) {
    for (var member : schema.properties()) {
      boolean isForeign =
          REFERENCES.contains(member.getKey())
              && member.getValue().isTextual()
              && !member.getValue().textValue().startsWith("#");
      if (isForeign) {
        throw HttpFailure.invalidValue(
            FIELD,
            "parameters must be whole in itself: a %s begins with #.".formatted(member.getKey()));
      }
    }
    schema.forEach(ToolParameters::refuseForeignReferences);
  }

  /// The names of the arguments.
  static List<String> names(JsonNode schema) {
    var names = new ArrayList<String>();
    schema.path("properties").fieldNames().forEachRemaining(names::add);
    return List.copyOf(names);
  }
}
