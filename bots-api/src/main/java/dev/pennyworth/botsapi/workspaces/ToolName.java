package dev.pennyworth.botsapi.workspaces;

import dev.pennyworth.connectors.HttpFailure;
import dev.pennyworth.connectors.RequestBody;
import java.util.List;
import java.util.regex.Pattern;

/// What tools and servers may be called: what all providers take as a tool's name.
final class ToolName {
  /// Names of the tools that come with the program.
  static final List<String> RESERVED =
      List.of("current_time", "calculator", "notes", "remember", "recall");

  private static final int LENGTH_MAX = 64;
  private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9_-]{1," + LENGTH_MAX + "}");

  private ToolName() {}

  /// Reads `name`.
  ///
  /// @throws HttpFailure 422
  static String read(RequestBody body) {
    String name = body.required("name", body.text("name", 1, LENGTH_MAX));
    if (!NAME.matcher(name).matches()) {
      throw body.invalid("name", "1 to 64 of the characters a-z A-Z 0-9 _ -");
    }
    return name;
  }

  /// The same for a tool, which stands beside the program's own.
  ///
  /// @throws HttpFailure 422
  static String readOfTool(RequestBody body) {
    String name = read(body);
    if (RESERVED.contains(name)) {
      throw HttpFailure.invalidValue(
          "name",
          "name must not be one of the built-in tools': %s."
              .formatted(String.join(", ", RESERVED)));
    }
    return name;
  }

  /// 409: another tool or server of the workspace has the name.
  static HttpFailure taken(String name) {
    return HttpFailure.conflict(
            "name_taken", "The workspace has a '%s' already; choose another name.".formatted(name))
        .with("field", "name");
  }
}
