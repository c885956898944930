package dev.pennyworth.agentloop;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// The MCP servers that are programs on this machine, by name. The operator sets them up in
/// `mcp.json` of the data folder; nobody else can have a program started.
///
/// @param folder where they run
public record McpPrograms(Map<String, Program> byName, Path folder) {
  private static final String FILE = "mcp.json";
  private static final String FOLDER = "mcp";

  public McpPrograms {
    byName = Map.copyOf(byName);
  }

  /// How a program is started.
  ///
  /// @param command a file, or a name that is looked for in `PATH`
  /// @param environment what it is given beside the few variables that every program gets
  public record Program(
      String name, String command, List<String> arguments, Map<String, SecretText> environment) {
    public Program {
      arguments = List.copyOf(arguments);
      environment = Map.copyOf(environment);
    }
  }

  /// Reads the file; there are no programs without one.
  ///
  /// @param home the data folder
  /// @throws McpProgramsRefused if the file cannot be taken
  public static McpPrograms read(Path home) {
    return new McpPrograms(
        McpProgramsFile.read(home.resolve(FILE)), home.toAbsolutePath().resolve(FOLDER));
  }

  /// None at all.
  public static McpPrograms none() {
    return new McpPrograms(Map.of(), Path.of(FOLDER));
  }

  /// The names, sorted.
  public List<String> names() {
    return List.copyOf(new TreeMap<>(byName).keySet());
  }
}
