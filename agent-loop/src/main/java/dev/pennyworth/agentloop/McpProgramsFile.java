package dev.pennyworth.agentloop;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.pennyworth.agentloop.McpPrograms.Program;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/// Reads `mcp.json`, in the form that other hosts of MCP servers use: `{"mcpServers": {"files":
/// {"command": "npx", "args": ["-y", "…"], "env": {"KEY": "…"}}}}`.
final class McpProgramsFile {
  static final int PROGRAMS_MAX = 16;

  private static final int BYTES_MAX = 1 << 18;
  private static final int ARGUMENTS_MAX = 100;
  private static final int VARIABLES_MAX = 100;
  private static final int TEXT_LENGTH_MAX = 4_096;

  private static final List<String> FILE = List.of("mcpServers");
  private static final List<String> PROGRAM = List.of("command", "args", "env");
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1,64}");
  private static final Pattern VARIABLE = Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,127}");

  private static final ObjectMapper JSON =
      JsonMapper.builder(
              JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private final Path file;

  private McpProgramsFile(Path file) {
    this.file = file;
  }

  /// The programs by name; none, if there is no file.
  ///
  /// @throws McpProgramsRefused if anything in it is unknown, missing or of the wrong kind
  static Map<String, Program> read(Path file) {
    try (var stream = Files.newInputStream(file)) {
      byte[] text = stream.readNBytes(BYTES_MAX + 1);
      if (text.length > BYTES_MAX) {
        throw new McpProgramsRefused("%s is larger than %,d bytes.".formatted(file, BYTES_MAX));
      }
      return new McpProgramsFile(file).programs(JSON.readTree(text));
    } catch (NoSuchFileException _) {
      return Map.of();
    } catch (JsonProcessingException e) {
      var place = e.getLocation();
      throw new McpProgramsRefused(
          "%s is not valid JSON, or names a field twice, at line %d, column %d."
              .formatted(
                  file,
                  place == null ? 1 : place.getLineNr(),
                  place == null ? 1 : place.getColumnNr()));
    } catch (IOException e) {
      throw new McpProgramsRefused("%s cannot be read: %s.".formatted(file, e));
    }
  }

  private Map<String, Program> programs(JsonNode root) {
    requireFields(root, "the file", FILE);
    var servers = root.path("mcpServers");
    if (!servers.isObject() || servers.size() > PROGRAMS_MAX) {
      throw refused(
          "mcpServers", "must be an object with at most %d servers".formatted(PROGRAMS_MAX));
    }
    var programs = new HashMap<String, Program>();
    for (var server : servers.properties()) {
      if (!NAME.matcher(server.getKey()).matches()) {
        throw refused("mcpServers", "has a name that is not 1-64 of a-z A-Z 0-9 _ -");
      }
      programs.put(server.getKey(), program(server.getKey(), server.getValue()));
    }
    return programs;
  }

  private Program program(String name, JsonNode server) {
    requireFields(server, name, PROGRAM);
    if (!server.has("command")) {
      throw refused(name, "has no command: the program that is to be started");
    }
    return new Program(
        name,
        text(server.path("command"), name + ".command", 1),
        arguments(server.path("args"), name + ".args"),
        environment(server.path("env"), name + ".env"));
  }

  private List<String> arguments(JsonNode list, String place) {
    if (list.isMissingNode()) {
      return List.of();
    }
    if (!list.isArray() || list.size() > ARGUMENTS_MAX) {
      throw refused(place, "must be a list of at most %d texts".formatted(ARGUMENTS_MAX));
    }
    var arguments = new ArrayList<String>();
    for (var argument : list) {
      arguments.add(text(argument, place, 0));
    }
    return arguments;
  }

  private Map<String, SecretText> environment(JsonNode variables, String place) {
    if (variables.isMissingNode()) {
      return Map.of();
    }
    if (!variables.isObject() || variables.size() > VARIABLES_MAX) {
      throw refused(place, "must be an object of at most %d texts".formatted(VARIABLES_MAX));
    }
    var environment = new HashMap<String, SecretText>();
    for (var variable : variables.properties()) {
      if (!VARIABLE.matcher(variable.getKey()).matches()) {
        throw refused(place, "has a name that is no variable's: letters, digits and _");
      }
      String value = text(variable.getValue(), place + "." + variable.getKey(), 0);
      environment.put(variable.getKey(), new SecretText(value));
    }
    return environment;
  }

  private String text(JsonNode value, String place, int lengthMin) {
    String text = value.textValue();
    if (text == null
        || text.strip().length() < lengthMin
        || text.length() > TEXT_LENGTH_MAX
        || text.indexOf('\0') >= 0) {
      throw refused(
          place, "must be a text of %d to %,d characters".formatted(lengthMin, TEXT_LENGTH_MAX));
    }
    return text;
  }

  private void requireFields(JsonNode object, String place, List<String> known) {
    if (!object.isObject()) {
      throw refused(place, "must be an object with " + String.join(", ", known));
    }
    for (var field : object.properties()) {
      if (!known.contains(field.getKey())) {
        throw refused(
            place,
            "has the unknown field '%s'; it may have %s"
                .formatted(field.getKey(), String.join(", ", known)));
      }
    }
  }

  private McpProgramsRefused refused(String place, String why) {
    return new McpProgramsRefused("%s: %s %s.".formatted(file, place, why));
  }
}
