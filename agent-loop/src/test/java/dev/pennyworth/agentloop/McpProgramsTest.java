package dev.pennyworth.agentloop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// `mcp.json` as operators write it.
class McpProgramsTest {
  @TempDir private Path home;

  private McpPrograms read(String json) throws IOException {
    Files.writeString(home.resolve("mcp.json"), json);
    return McpPrograms.read(home);
  }

  @Test
  void theFormOfOtherHostsIsRead() throws IOException {
    var programs =
        read(
            """
            {"mcpServers": {
              "files": {"command": "npx", "args": ["-y", "a-server", ""], "env": {"KEY": "k", "NONE": ""}},
              "clock": {"command": "/usr/bin/clock"}}}
            """);

    assertThat(programs.names()).containsExactly("clock", "files");
    assertThat(programs.byName())
        .containsEntry(
            "files",
            new McpPrograms.Program(
                "files",
                "npx",
                List.of("-y", "a-server", ""),
                Map.of("KEY", new SecretText("k"), "NONE", new SecretText(""))))
        .containsEntry(
            "clock", new McpPrograms.Program("clock", "/usr/bin/clock", List.of(), Map.of()));
  }

  @Test
  void withoutAFileThereAreNoPrograms() {
    assertThat(McpPrograms.read(home).names()).isEqualTo(List.of());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"servers":{}} | unknown field 'servers'; it may have mcpServers
          {} | mcpServers must be an object
          [] | must be an object with mcpServers
          {"mcpServers":{"a":{}}} | a has no command
          {"mcpServers":{"a":{"command":""}}} | a.command must be a text of 1 to 4,096
          {"mcpServers":{"a":{"command":7}}} | a.command must be a text
          {"mcpServers":{"a":"sh"}} | a must be an object with command, args, env
          {"mcpServers":{"a":{"command":"x","url":"s3cret"}}} | a has the unknown field 'url'; it may have command, args, env
          {"mcpServers":{"a":{"command":"x","args":"s3cret"}}} | a.args must be a list
          {"mcpServers":{"a":{"command":"x","args":[{"s3cret":1}]}}} | a.args must be a text
          {"mcpServers":{"a":{"command":"x","env":["s3cret"]}}} | a.env must be an object
          {"mcpServers":{"a":{"command":"x","env":{"K":["s3cret"]}}}} | a.env.K must be a text
          {"mcpServers":{"a":{"command":"x","env":{"K=":"s3cret"}}}} | a.env has a name that is no variable's
          {"mcpServers":{"a b":{"command":"x"}}} | a name that is not 1-64 of
          {"mcpServers":{"a":{"command":"x"},"a":{"command":"y"}}} | names a field twice, at line 1
          {"mcpServers": s3cret | not valid JSON
          """)
  void whatCannotBeIsRefusedByItsPlaceAndNotQuoted(String json, String why) {
    assertThatThrownBy(() -> read(json))
        .isInstanceOf(McpProgramsRefused.class)
        .hasMessageContaining(why)
        .hasMessageContaining("mcp.json")
        .hasMessageNotContaining("s3cret");
  }
}
