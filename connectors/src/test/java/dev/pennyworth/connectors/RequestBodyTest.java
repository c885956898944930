package dev.pennyworth.connectors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.pennyworth.billing.NanoUsd;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class RequestBodyTest {
  private static final Json JSON = new Json(Json.mapper(List.of()));

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{",
        "[]",
        "3",
        "\"x\"",
        "null",
        "{} {}",
        "{'a':1}",
        "{\"a\":1,\"a\":2}",
        "{\"a\":NaN}",
        "{\"a\":1e999999999}",
        "{\"a\":1e-999999999}",
        "{\"a\":[-1e99999]}"
      })
  void whatIsNotOneObjectIsMalformed(String text) {
    assertThat(refusal(() -> body(text, "a")).code()).isEqualTo("malformed_json");
  }

  @Test
  void aBodyThatIsNestedTooDeepIsMalformed() {
    var deep = "{\"a\":" + "[".repeat(5_000) + "]".repeat(5_000) + "}";

    assertThat(refusal(() -> body(deep, "a")).code()).isEqualTo("malformed_json");
  }

  @Test
  void anUnknownFieldIsNamedTogetherWithTheKnownOnes() {
    var refusal = refusal(() -> body("{\"nmae\":\"x\"}", "name", "platform"));

    assertThat(refusal.status()).isEqualTo(400);
    assertThat(refusal.code()).isEqualTo("unknown_field");
    assertThat(refusal.details())
        .containsEntry("field", "nmae")
        .containsEntry("known", List.of("name", "platform"));
  }

  @Test
  void anUnknownFieldOfAnInnerObjectIsNamedWithItsPath() {
    var body = body("{\"llm_config\":{\"temp\":1}}", "llm_config");

    assertThat(refusal(() -> body.object("llm_config", List.of("temperature"))).details())
        .containsEntry("field", "llm_config.temp");
  }

  @Test
  void moneyIsReadExactly() {
    assertThat(body("{\"cap\":0.1}", "cap").cents("cap")).contains(new NanoUsd(1_000_000));
    assertThat(body("{\"cap\":0.0000001}", "cap").cents("cap")).contains(new NanoUsd(1));
    assertThat(body("{\"cap\":1e2}", "cap").cents("cap")).contains(NanoUsd.ofCents(100));
    assertThat(body("{\"cap\":0.10000000000}", "cap").cents("cap"))
        .contains(new NanoUsd(1_000_000));
    assertThat(body("{\"cap\":123456789.0123456}", "cap").cents("cap"))
        .contains(new NanoUsd(1_234_567_890_123_456L));
  }

  @ParameterizedTest
  @ValueSource(strings = {"-1", "0.00000001", "1e30", "\"5\"", "true", "{}"})
  void anAmountThatCannotBeIsRefused(String number) {
    var body = body("{\"cap\":%s}".formatted(number), "cap");

    assertThat(refusal(() -> body.cents("cap")).code()).isEqualTo("invalid_value");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "51", "1.0", "1.5", "\"7\"", "true", "99999999999999999999"})
  void aWholeNumberOutsideItsRangeIsRefused(String number) {
    var body = body("{\"n\":%s}".formatted(number), "n");

    var refusal = refusal(() -> body.integer("n", 1, 50));
    assertThat(refusal.status()).isEqualTo(422);
    assertThat(refusal.details())
        .containsEntry("field", "n")
        .containsEntry("allowed", "a whole number from 1 to 50");
  }

  @Test
  void aTextIsMeasuredInCharactersNotInUtf16() {
    assertThat(body("{\"t\":\"🎩🎩\"}", "t").text("t", 1, 2)).contains("🎩🎩");
    assertThat(refusal(() -> body("{\"t\":\"🎩🎩🎩\"}", "t").text("t", 1, 2)).code())
        .isEqualTo("invalid_value");
  }

  @Test
  void aTextWithANulIsRefusedBecauseTheDatabaseCannotKeepIt() {
    assertThat(refusal(() -> body("{\"t\":\"a\\u0000b\"}", "t").text("t", 1, 9)).code())
        .isEqualTo("invalid_value");
  }

  @Test
  void missingAndNullReadTheSameButCanBeToldApart() {
    var missing = body("{}", "t");
    var cleared = body("{\"t\":null}", "t");

    assertThat(missing.text("t", 1, 9)).isEmpty();
    assertThat(cleared.text("t", 1, 9)).isEmpty();
    assertThat(missing.names("t")).isFalse();
    assertThat(cleared.names("t")).isTrue();
    assertThat(cleared.clears("t")).isTrue();
  }

  @Test
  void aRequiredFieldThatIsMissingIsNamed() {
    var body = body("{}", "name");

    assertThat(refusal(() -> body.required("name", body.text("name", 1, 9))).details())
        .containsEntry("field", "name");
  }

  @Test
  void aWordOutsideTheListIsRefusedWithTheList() {
    var body = body("{\"p\":\"icq\"}", "p");

    assertThat(refusal(() -> body.choice("p", List.of("slack", "custom"))).details())
        .containsEntry("allowed", List.of("slack", "custom"));
  }

  @Test
  void listsAreReadElementByElement() {
    var body = body("{\"caps\":[{\"cents\":1},{\"cents\":2}],\"days\":[\"mon\"]}", "caps", "days");

    assertThat(body.objects("caps", 3, List.of("cents")))
        .extracting(cap -> cap.decimal("cents", BigDecimal.ZERO, BigDecimal.TEN).orElseThrow())
        .containsExactly(new BigDecimal(1), new BigDecimal(2));
    assertThat(body.texts("days", 7, 3)).containsExactly("mon");
    assertThat(refusal(() -> body.objects("caps", 1, List.of("cents"))).code())
        .isEqualTo("invalid_value");
  }

  private static RequestBody body(String text, String... known) {
    return RequestBody.read(JSON, text.getBytes(StandardCharsets.UTF_8), List.of(known));
  }

  private static HttpFailure refusal(Runnable reading) {
    return catchThrowableOfType(HttpFailure.class, reading::run);
  }
}
