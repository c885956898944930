package dev.pennyworth.agentloop.tools;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SchemaCheckTest {
  private static final String SCHEMA =
      """
      {"type":"object","required":["city","days"],"additionalProperties":false,"properties":{
        "city":{"type":"string","maxLength":20},
        "days":{"type":"integer","minimum":1,"maximum":7},
        "unit":{"enum":["C","F"]}}}
      """;

  private final SchemaCheck check = new SchemaCheck();

  private String wrong(String schema, String arguments) {
    var failed = catchThrowableOfType(ToolFailed.class, () -> check.check(schema, arguments));
    return failed == null ? "" : failed.text();
  }

  @Test
  void argumentsThatFitPass() {
    assertThat(wrong(SCHEMA, "{\"city\":\"Oslo\",\"days\":3,\"unit\":\"C\"}")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{} | city",
        "{\"city\":\"Oslo\"} | days",
        "{\"city\":7,\"days\":1} | string",
        "{\"city\":\"Oslo\",\"days\":9} | 7",
        "{\"city\":\"Oslo\",\"days\":1,\"unit\":\"K\"} | unit",
        "{\"city\":\"Oslo\",\"days\":1,\"when\":\"now\"} | when",
        "[] | object",
        "{\"city\": | JSON",
        "Oslo | JSON",
      })
  void whatIsWrongIsSaid(String arguments, String said) {
    assertThat(wrong(SCHEMA, arguments)).contains(said);
  }

  @Test
  void allThatIsWrongIsSaidAtOnce() {
    assertThat(wrong(SCHEMA, "{\"city\":7,\"days\":0,\"unit\":\"K\"}"))
        .contains("/city", "/days", "/unit");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"$ref\":\"%s\"}",
        "{\"type\":\"object\",\"properties\":{\"a\":{\"$ref\":\"%s\"}}}",
        "{\"$schema\":\"%s\",\"type\":\"object\"}",
      })
  void nothingIsFetched(String schema) {
    try (var server = new TestingToolServer()) {
      server.on("/schema.json", 200, "application/json", "{}");

      assertThat(wrong(schema.formatted(server.url("/schema.json")), "{\"a\":1}"))
          .contains("schema is broken");

      assertThat(server.received()).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"file:///etc/passwd", "classpath:logback.xml", "other.json#/x"})
  void noReferenceLeadsOutOfTheSchema(String reference) {
    assertThat(wrong("{\"$ref\":\"" + reference + "\"}", "{}")).contains("schema is broken");
  }

  @Test
  void aReferenceWithinTheSchemaIsFollowed() {
    var schema =
        """
        {"type":"object","properties":{"a":{"$ref":"#/$defs/small"}},
         "$defs":{"small":{"type":"integer","maximum":3}}}
        """;

    assertThat(wrong(schema, "{\"a\":3}")).isEmpty();
    assertThat(wrong(schema, "{\"a\":4}")).contains("/a");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://json-schema.org/draft-07/schema#",
        "https://json-schema.org/draft/2019-09/schema",
        "https://json-schema.org/draft/2020-12/schema"
      })
  void theKnownDraftsAreUnderstood(String draft) {
    var schema = "{\"$schema\":\"%s\",\"type\":\"object\",\"required\":[\"a\"]}".formatted(draft);

    assertThat(wrong(schema, "{\"a\":4}")).isEmpty();
    assertThat(wrong(schema, "{}")).contains("a");
  }

  @Test
  void aPatternThatNeverEndsIsGivenUp() {
    var schema =
        "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"string\",\"pattern\":\"^(a+)+b\\\\1$\"}}}";
    long startedNanos = System.nanoTime();

    assertThat(wrong(schema, "{\"a\":\"" + "a".repeat(60) + "!\"}")).contains("too long");

    assertThat(Duration.ofNanos(System.nanoTime() - startedNanos))
        .isLessThan(Duration.ofSeconds(5));
    assertThatCode(() -> check.check(schema, "{\"a\":\"aba\"}")).doesNotThrowAnyException();
  }

  @Test
  void aBrokenSchemaIsAFailureAndNoCrash() {
    assertThat(wrong("{\"type\":\"object\",\"properties\":7}", "{}")).isNotNull();
    assertThat(wrong("{", "{}")).contains("schema is broken");
    assertThat(wrong("{\"properties\":{\"a\":{\"pattern\":\"(\"}}}", "{\"a\":\"b\"}")).isNotEmpty();
  }
}
