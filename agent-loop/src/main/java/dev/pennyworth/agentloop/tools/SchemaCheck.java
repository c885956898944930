package dev.pennyworth.agentloop.tools;

import com.networknt.schema.Error;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaException;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.SpecificationVersion;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import tools.jackson.core.JacksonException;

/// Holds the arguments that a model wrote against a tool's JSON Schema, before anything is called.
///
/// A schema comes from a stranger. It may not make us fetch anything: a reference that leads out of
/// it makes the tool unusable. Its patterns are matched with a limit of their own.
public final class SchemaCheck {
  private static final int SCHEMAS_MAX = 500;
  private static final int ERRORS_SHOWN_MAX = 8;
  private static final int ERROR_CHARACTERS_MAX = 200;

  /// Latest used last.
  private final Map<String, Schema> compiled = new LinkedHashMap<>(16, 0.75f, true);

  public SchemaCheck() {}

  /// Does nothing if the arguments fit.
  ///
  /// @throws ToolFailed with all that is wrong, for the model to mend
  public void check(String schemaJson, String argumentsJson) throws ToolFailed {
    var wrong = wrong(schemaJson, argumentsJson);
    if (!wrong.isEmpty()) {
      throw new ToolFailed(
          "The tool was not called, because its arguments are wrong. Mend them and call it again.\n"
              + wrong.stream()
                  .limit(ERRORS_SHOWN_MAX)
                  .map(SchemaCheck::line)
                  .collect(Collectors.joining("\n")));
    }
  }

  private List<Error> wrong(String schemaJson, String argumentsJson) throws ToolFailed {
    Schema schema;
    try {
      schema = schema(schemaJson);
      schema.initializeValidators();
    } catch (SchemaException | JacksonException | IllegalArgumentException _) {
      throw new ToolFailed(
          "The tool cannot be called: its schema is broken, or refers to another document.");
    }
    try {
      return schema.validate(argumentsJson, InputFormat.JSON);
    } catch (BoundedPattern.TooSlow _) {
      throw new ToolFailed("The arguments take too long to check against the tool's patterns.");
    } catch (SchemaException | IllegalArgumentException _) {
      throw new ToolFailed("The arguments are not JSON, or the tool's schema is broken.");
    } catch (JacksonException _) {
      throw new ToolFailed("The arguments are not JSON. They must be a JSON object.");
    }
  }

  private Schema schema(String json) {
    synchronized (compiled) {
      var known = compiled.get(json);
      if (known != null) {
        return known;
      }
    }
    var schema = registry().getSchema(json, InputFormat.JSON);
    synchronized (compiled) {
      compiled.put(json, schema);
      if (compiled.size() > SCHEMAS_MAX) {
        compiled.remove(compiled.keySet().iterator().next());
      }
    }
    return schema;
  }

  /// One for each schema, so that two strangers' schemas with the same `$id` never meet.
  private static SchemaRegistry registry() {
    return SchemaRegistry.withDefaultDialect(
        SpecificationVersion.DRAFT_2020_12,
        builder ->
            builder
                .schemaLoader(loader -> loader.fetchRemoteResources(false).block(_ -> true))
                .schemaRegistryConfig(
                    SchemaRegistryConfig.builder()
                        .regularExpressionFactory(BoundedPattern::new)
                        .build()));
  }

  private static String line(Error error) {
    var text = error.getInstanceLocation() + ": " + error.getMessage();
    return "- "
        + (text.length() <= ERROR_CHARACTERS_MAX
            ? text
            : text.substring(0, ERROR_CHARACTERS_MAX) + "…");
  }
}
