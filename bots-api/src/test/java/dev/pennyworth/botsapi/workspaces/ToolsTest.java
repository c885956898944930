package dev.pennyworth.botsapi.workspaces;

import static dev.pennyworth.botsapi.workspaces.TestingWorkspace.texts;
import static dev.pennyworth.botsapi.workspaces.TestingWorkspace.tool;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pennyworth.botsapi.TestingAnswer;
import dev.pennyworth.botsapi.TestingServer;
import io.micronaut.core.naming.NameUtils;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.Locale;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Owners set up HTTP tools; private networks are not allowed here.
final class ToolsTest {
  private static TestingServer server;
  private TestingWorkspace workspace;

  @BeforeAll
  static void start() {
    server = TestingServer.start();
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @BeforeEach
  void register() {
    workspace = TestingWorkspace.ofNewTeam(server);
  }

  @Test
  void aToolHasItsDefaults() {
    var answer =
        workspace.post(
            workspace.tools(), "{\"name\":\"ping\",\"url\":\"" + TestingWorkspace.URL + "\"}");

    assertThat(answer.status()).as(answer.text()).isEqualTo(201);
    var made = answer.json();
    assertThat(made.path("id").textValue()).matches("tool_[0-9a-f]{32}");
    assertThat(made.path("workspace_id").textValue()).isEqualTo(workspace.id());
    assertThat(made.path("description").textValue()).isEmpty();
    assertThat(made.path("method").textValue()).isEqualTo("GET");
    assertThat(made.path("parameters").toString())
        .isEqualTo("{\"type\":\"object\",\"properties\":{}}");
    assertThat(made.path("headers")).isEmpty();
    assertThat(made.path("price_cents").toString()).isEqualTo("0");
    assertThat(made.path("price_rules")).isEmpty();
    assertThat(made.path("price_id").isNull()).isTrue();
    assertThat(made.path("timeout_ms").intValue()).isEqualTo(20_000);
    assertThat(made.path("enabled").booleanValue()).isTrue();
    assertThat(workspace.get(workspace.tools() + "/" + made.path("id").textValue()).json())
        .isEqualTo(made);
  }

  @Test
  void everyFieldIsKeptAsItWasWritten() {
    var path =
        workspace.newTool(
            "book_table-2",
            ",\"description\":\"Books a table.\",\"method\":\"POST\",\"timeout_ms\":100,"
                + "\"enabled\":false,\"price_cents\":0.0000125,\"price_rules\":["
                + "{\"argument\":\"city\",\"value\":\"Rome\",\"price_cents\":2},"
                + "{\"argument\":\"city\",\"price_cents\":0.5}]");

    var read = workspace.get(path).json();

    assertThat(read.path("description").textValue()).isEqualTo("Books a table.");
    assertThat(read.path("method").textValue()).isEqualTo("POST");
    assertThat(read.path("parameters").toString())
        .isEqualTo("{\"type\":\"object\",\"properties\":{\"city\":{\"type\":\"string\"}}}");
    assertThat(read.path("timeout_ms").intValue()).isEqualTo(100);
    assertThat(read.path("enabled").booleanValue()).isFalse();
    assertThat(read.path("price_cents").toString()).isEqualTo("0.0000125");
    assertThat(read.path("price_rules").toString())
        .isEqualTo(
            "[{\"argument\":\"city\",\"value\":\"Rome\",\"price_cents\":2},"
                + "{\"argument\":\"city\",\"value\":null,\"price_cents\":0.5}]");
    assertThat(read.path("price_id").textValue())
        .isEqualTo("tool/%s/book_table-2@1".formatted(workspace.id()));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          name        | ""
          name        | "a b"
          name        | "näme"
          name        | "0123456789012345678901234567890123456789012345678901234567890123x"
          name        | "current_time"
          name        | "calculator"
          name        | "notes"
          name        | null
          name        | 7
          description | 7
          method      | "HEAD"
          method      | "get"
          url         | null
          url         | "ftp://93.184.215.14/"
          url         | "https://me:pass@93.184.215.14/"
          url         | "https://93.184.215.14/#part"
          url         | "http://127.0.0.1/x"
          url         | "http://10.1.2.3/{city}"
          url         | "http://169.254.169.254/latest"
          url         | "http://[::1]/"
          url         | "http://localhost/"
          url         | "https://{city}.example.com/"
          url         | "https://{city}/"
          url         | "https:\\\\\\\\{city}"
          url         | "https://93.184.215.14/{town}"
          url         | "https://93.184.215.14/{}"
          url         | "https://93.184.215.14/{city"
          url         | "https://93.184.215.14/city}"
          parameters  | "object"
          parameters  | {"type":"string"}
          parameters  | {"properties":{}}
          parameters  | {"type":"object","properties":[]}
          parameters  | {"type":"object","required":"city"}
          parameters  | {"type":"object","properties":{"city":{"type":"town"}}}
          parameters  | {"type":"object","properties":{"city":{"$ref":"https://example.com/s"}}}
          parameters  | {"type":"object","properties":{"$ref":{"$ref":"file:///etc/passwd"}}}
          parameters  | {"type":"object","description":"\\ud83d"}
          parameters.$schema | {"type":"object","$schema":"https://example.com/mine"}
          headers     | "x"
          headers     | {"a b":"x"}
          headers     | {"":"x"}
          headers.A   | {"A":""}
          headers.A   | {"A":7}
          headers.A   | {"A":"two\\nlines"}
          headers.A   | {"A":"***"}
          headers.a   | {"A":"1","a":"2"}
          headers.Host | {"Host":"example.com"}
          headers.content-length | {"content-length":"1"}
          price_cents | -1
          price_cents | 10000.01
          price_cents | 0.00000001
          price_cents | "1"
          price_rules | {}
          price_rules[0].argument | [{"price_cents":1}]
          price_rules[0].price_cents | [{"argument":"city"}]
          price_rules[0].price_cents | [{"argument":"city","price_cents":10000.01}]
          price_rules[0].value | [{"argument":"city","value":7,"price_cents":1}]
          price_rules | [{"argument":"town","price_cents":1}]
          timeout_ms  | 99
          timeout_ms  | 60001
          timeout_ms  | 1.5
          enabled     | "yes"
          """)
  void aValueThatCannotBeIsRefusedByItsField(String field, String value) {
    String name = field.replaceFirst("[.\\[].*", "");
    var body = "{\"%s\":%s}".formatted(name, value);
    var path = workspace.newTool("weather", "");

    var answer = workspace.patch(path, body);

    assertThat(answer.status()).as(answer.text()).isEqualTo(422);
    assertThat(answer.json().at("/error/details/field").textValue()).isEqualTo(field);
    assertThat(workspace.get(path).json().path("name").textValue()).isEqualTo("weather");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"url\":\"https://93.184.215.14/x\"}",
        "{\"name\":\"x\"}",
        "{\"name\":\"x\",\"url\":\"http://192.168.0.1/\"}"
      })
  void aNewToolIsCheckedLikeAChangedOne(String json) {
    assertThat(workspace.post(workspace.tools(), json).status()).isEqualTo(422);
  }

  @Test
  void anUnknownFieldIsRefused() {
    var path = workspace.newTool("weather", "");

    for (var answer :
        new Object[][] {
          {workspace.post(workspace.tools(), tool("x", ",\"color\":1")), "color"},
          {workspace.patch(path, "{\"Name\":\"x\"}"), "Name"},
          {
            workspace.patch(path, "{\"price_rules\":[{\"argument\":\"city\",\"cents\":1}]}"),
            "price_rules[0].cents"
          }
        }) {
      var refused = (TestingAnswer) answer[0];
      assertThat(refused.status()).isEqualTo(400);
      assertThat(refused.errorCode()).isEqualTo("unknown_field");
      assertThat(refused.json().at("/error/details/field").textValue()).isEqualTo(answer[1]);
    }
  }

  @Test
  void theDescribedFieldsAreTheOnesThatAreRead() {
    assertThat(Arrays.stream(ToolRequest.class.getRecordComponents()).map(RecordComponent::getName))
        .map(name -> NameUtils.underscoreSeparate(name).toLowerCase(Locale.ROOT))
        .containsExactlyInAnyOrderElementsOf(ToolSettings.FIELDS);
  }

  @Test
  void longSchemasAreRefused() {
    var long20 = "x".repeat(19_900);
    var schema = "{\"type\":\"object\",\"description\":\"" + long20 + "\"}";

    var fits = tool("a", "").replaceFirst("\\{\"type\".*}}}", schema + "}");
    var longer = fits.replace(long20, long20 + "x".repeat(200));

    assertThat(workspace.post(workspace.tools(), fits).status()).isEqualTo(201);
    assertThat(workspace.post(workspace.tools(), longer.replace("\"a\"", "\"b\"")).status())
        .isEqualTo(422);
  }

  @Test
  void schemasOfOtherDialectsAndWithReferencesInsideAreTaken() {
    var path = workspace.newTool("weather", "");

    for (var schema :
        new String[] {
          "{\"$schema\":\"http://json-schema.org/draft-07/schema#\",\"type\":\"object\"}",
          "{\"type\":\"object\",\"properties\":{\"a\":{\"$ref\":\"#/$defs/b\"}},"
              + "\"$defs\":{\"b\":{\"type\":\"integer\"}}}"
        }) {
      var answer = workspace.patch(path, "{\"parameters\":" + schema + "}");
      assertThat(answer.status()).as(answer.text()).isEqualTo(200);
      assertThat(answer.json().path("parameters").toString()).isEqualTo(schema);
    }
  }

  @Test
  void aChangeKeepsWhatItDoesNotNameAndNullBringsTheDefaultBack() {
    var path =
        workspace.newTool(
            "weather",
            ",\"description\":\"d\",\"method\":\"PUT\",\"timeout_ms\":500,\"enabled\":false,"
                + "\"price_cents\":3,\"headers\":{\"X-Key\":\"secret-1\"}");

    var kept = workspace.patch(path, "{\"description\":\"e\"}").json();
    var cleared =
        workspace
            .patch(
                path,
                "{\"description\":null,\"method\":null,\"timeout_ms\":null,\"enabled\":null,"
                    + "\"price_cents\":null,\"price_rules\":null,\"headers\":null,"
                    + "\"parameters\":null}")
            .json();

    assertThat(kept.path("description").textValue()).isEqualTo("e");
    assertThat(kept.path("method").textValue()).isEqualTo("PUT");
    assertThat(kept.path("timeout_ms").intValue()).isEqualTo(500);
    assertThat(kept.path("enabled").booleanValue()).isFalse();
    assertThat(kept.path("price_cents").intValue()).isEqualTo(3);
    assertThat(kept.path("headers").path("X-Key").textValue()).isEqualTo("***");
    assertThat(cleared.path("description").textValue()).isEmpty();
    assertThat(cleared.path("method").textValue()).isEqualTo("GET");
    assertThat(cleared.path("timeout_ms").intValue()).isEqualTo(20_000);
    assertThat(cleared.path("enabled").booleanValue()).isTrue();
    assertThat(cleared.path("price_cents").intValue()).isZero();
    assertThat(cleared.path("price_id").isNull()).isTrue();
    assertThat(cleared.path("headers")).isEmpty();
    assertThat(cleared.path("parameters").toString())
        .isEqualTo("{\"type\":\"object\",\"properties\":{}}");
  }

  @Test
  void aChangeOfOneFieldIsCheckedAgainstTheOthers() {
    var path = workspace.newTool("weather", "");
    assertThat(
            workspace.patch(path, "{\"url\":\"https://93.184.215.14/{city}?q={city}\"}").status())
        .isEqualTo(200);

    var answer = workspace.patch(path, "{\"parameters\":{\"type\":\"object\"}}");

    assertThat(answer.status()).isEqualTo(422);
    assertThat(answer.json().at("/error/details/field").textValue()).isEqualTo("url");
  }

  @Test
  void aNameIsTakenOnceInAWorkspace() {
    workspace.newTool("weather", "");
    var other = workspace.newTool("other", "");

    var made = workspace.post(workspace.tools(), tool("weather", ""));
    var renamed = workspace.patch(other, "{\"name\":\"weather\"}");

    assertThat(made.status()).isEqualTo(409);
    assertThat(made.errorCode()).isEqualTo("name_taken");
    assertThat(renamed.status()).isEqualTo(409);
    assertThat(workspace.patch(other, "{\"name\":\"other\"}").status()).isEqualTo(200);
    var second = workspace.post("/api/workspaces", "{\"name\":\"second\"}").json();
    new TestingWorkspace(server, workspace.team(), second.path("id").textValue())
        .newTool("weather", "");
  }

  @Test
  void aListPagesAndADeletedToolIsGone() {
    var one = workspace.newTool("one", "");
    workspace.newTool("two", "");
    workspace.newTool("three", "");

    var page = workspace.get(workspace.tools() + "?limit=2").json();
    var rest =
        workspace
            .get(workspace.tools() + "?limit=2&cursor=" + page.path("next_cursor").textValue())
            .json();

    assertThat(texts(page.path("tools"), "name")).containsExactly("three", "two");
    assertThat(texts(rest.path("tools"), "name")).containsExactly("one");
    assertThat(workspace.delete(one).status()).isEqualTo(204);
    assertThat(workspace.get(one).status()).isEqualTo(404);
    assertThat(workspace.delete(one).status()).isEqualTo(404);
    assertThat(workspace.get(workspace.tools()).json().path("tools")).hasSize(2);
  }

  @Test
  void theSameIdempotencyKeyMakesOneTool() {
    var body = tool("weather", "");
    var one = workspace.post(workspace.tools(), body, "Idempotency-Key", "k");
    var two = workspace.post(workspace.tools(), body, "Idempotency-Key", "k");

    assertThat(two.status()).isEqualTo(201);
    assertThat(two.text()).isEqualTo(one.text());
  }

  @Test
  void aWorkspaceHasAHundredToolsAtMost() {
    for (int i = 0; i < 100; i++) {
      workspace.newTool("t" + i, "");
    }

    var answer = workspace.post(workspace.tools(), tool("more", ""));

    assertThat(answer.status()).isEqualTo(409);
    assertThat(answer.errorCode()).isEqualTo("too_many_tools");
  }

  @Test
  void aToolIsFoundInItsOwnWorkspaceOnly() {
    var path = workspace.newTool("weather", "");
    var other = workspace.post("/api/workspaces", "{\"name\":\"o\"}").json().path("id").textValue();
    var elsewhere = path.replace(workspace.id(), other);

    assertThat(workspace.get(elsewhere).status()).isEqualTo(404);
    assertThat(workspace.patch(elsewhere, "{}").status()).isEqualTo(404);
    assertThat(workspace.delete(elsewhere).status()).isEqualTo(404);
    assertThat(workspace.get(path).status()).isEqualTo(200);
  }
}
