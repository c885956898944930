package dev.pennyworth.billing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PriceFileTest {
  private static final String GOOD =
      "'provider':'openai','model':'gpt-9','input':'1','output':'2','effective_from':'2026-05-01'";

  @TempDir private Path home;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '#',
      value = {
        "'input':'-1','output':'1'                        | needs input: dollars per million tokens from 0",
        "'input':'1'                                      | needs output",
        "'output':'1'                                     | needs input",
        "'input':1,'output':'1'                           | needs input",
        "'input':'free','output':'1'                      | needs input",
        "'input':'1','output':'1000.01'                   | needs output",
        "'input':'1','output':'99999999999'               | needs output",
        "'input':'1','output':'1','cache_read':'1.01'     | more for cache reads than for input",
        "'input':'1','output':'1','cache_write':'-1'      | needs cache_write",
        "'input':'1','output':'1','cache_raed':'0.1'      | unknown field 'cache_raed'",
        "'input':'1','output':'1','calls_tools':'yes'     | true or false",
        "'input':'1','output':'1','effective_from':'soon' | needs effective_from",
        "'input':'1','output':'1','effective_from':'1999-12-31' | needs effective_from",
        "'input':'1','output':'1','provider':'opanai'     | one of anthropic, openai",
        "'input':'1','output':'1','model':'two words'     | needs model",
        "'retired':true,'input':'1'                       | must not have input",
      })
  void aModelThatCannotBeIsNamedWithWhatIsAllowed(String fields, String why) {
    var provider = fields.contains("provider") ? "" : "'provider':'openai',";
    var model = fields.contains("'model'") ? "" : "'model':'gpt-9',";
    var from = fields.contains("effective_from") ? "" : "'effective_from':'2026-05-01',";

    assertThatThrownBy(
            () -> read("{'models':[{%s},{%s}]}".formatted(GOOD, provider + model + from + fields)))
        .isInstanceOf(PriceFileRefused.class)
        .hasMessageContaining("prices.json, models[2]")
        .hasMessageContaining(why);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '#',
      value = {
        "'tool':'t'                                           | needs price_cents",
        "'tool':'t','price_cents':0.01                        | needs price_cents",
        "'tool':'t','price_cents':'-0.01'                     | needs price_cents",
        "'tool':'t','price_cents':'10000.01'                  | needs price_cents",
        "'tool':'a tool','price_cents':'1'                    | needs tool",
        "'tool':'t@1','price_cents':'1'                       | needs tool",
        "'tool':'t','price_cents':'1','price_rules':{}        | needs price_rules to be a list",
        "'tool':'t','price_cents':'1','price_rules':[{'argument':'a'}] | price_rules[1] needs either equals",
        "'tool':'t','price_cents':'1','price_rules':[{'argument':'a','equals':'x'}] | needs either equals",
        "'tool':'t','price_cents':'1','price_rules':[{'argument':'a','per_unit_cents':'-1'}] | needs per_unit_cents",
        "'tool':'t','price_cents':'1','price_rules':[{'argument':'a','equals':'x','price_cents':'1','per_unit_cents':'1'}] | needs either",
      })
  void aToolThatCannotBeIsNamedWithWhatIsAllowed(String fields, String why) {
    assertThatThrownBy(
            () -> read("{'tools':[{'effective_from':'2026-05-01',%s}]}".formatted(fields)))
        .isInstanceOf(PriceFileRefused.class)
        .hasMessageContaining("prices.json, tools[1]")
        .hasMessageContaining(why);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '#',
      value = {
        "##                        | must be an object",
        "[]                        | must be an object",
        "{'models':[               | not valid JSON",
        "{} {}                     | not valid JSON",
        "{'models':[],'models':[]} | not valid JSON",
        "{'models':{}}             | needs models to be a list",
        "{'modells':[]}            | unknown field 'modells'",
      })
  void aFileThatIsNoneIsRefused(String text, String why) {
    assertThatThrownBy(() -> read(text))
        .isInstanceOf(PriceFileRefused.class)
        .hasMessageContaining("prices.json")
        .hasMessageContaining(why);
  }

  @Test
  void aVersionThatIsThereTwiceIsRefused() {
    var sameMoment = GOOD.replace("2026-05-01", "2026-05-01T00:00:00Z");

    assertThatThrownBy(() -> read("{'models':[{%s},{%s}]}".formatted(GOOD, sameMoment)))
        .hasMessageContaining("openai/gpt-9@2026-05-01 twice");
  }

  @Test
  void aFileIsReadToTheNanoDollar() throws IOException {
    var list =
        read(
            """
            {'about':'ours',
             'models':[
               {'provider':'openai','model':'gpt-9','name':'GPT 9','input':'0.15','output':'0.6',
                'cache_read':'0.075','cache_write':'0.2','calls_tools':false,
                'effective_from':'2026-05-01T08:30:00Z'},
               {'provider':'groq','model':'old','retired':true,'effective_from':'2026-06-01'}],
             'tools':[
               {'tool':'current_time','price_cents':'0.01','effective_from':'2026-05-01',
                'price_rules':[
                  {'argument':'zone','equals':'Europe/Berlin','price_cents':'0.02'},
                  {'argument':'count','per_unit_cents':'0.005'}]}]}
            """);

    var first = list.models().getFirst();
    assertThat(first.price())
        .isEqualTo(
            new Price(
                "openai/gpt-9@2026-05-01T08:30:00Z",
                "openai",
                "gpt-9",
                "GPT 9",
                150_000_000,
                600_000_000,
                75_000_000,
                200_000_000,
                false,
                Instant.parse("2026-05-01T08:30:00Z")));
    assertThat(first.figures()).containsEntry("cache_read", "0.075").containsEntry("input", "0.15");
    assertThat(first.figures()).containsEntry("cache_write_1h", "0.2");
    assertThat(list.models().getLast().isRetired()).isTrue();
    var tool = list.tools().getFirst();
    assertThat(tool.price().list().id()).isEqualTo("tool/current_time@2026-05-01");
    assertThat(tool.price().base()).isEqualTo(new NanoUsd(100_000));
    assertThat(tool.price().rules())
        .containsExactly(
            new ToolPrice.Rule.Equal("zone", "Europe/Berlin", new NanoUsd(200_000)),
            new ToolPrice.Rule.PerUnit("count", new NanoUsd(50_000)));
  }

  @Test
  void noFileIsAnEmptyListAndAFolderInItsPlaceIsRefused() throws IOException {
    assertThat(PriceFile.of(home.resolve("prices.json"))).isEqualTo(PriceList.EMPTY);

    var folder = Files.createDirectory(home.resolve("prices.json"));
    assertThatThrownBy(() -> PriceFile.of(folder))
        .isInstanceOf(PriceFileRefused.class)
        .hasMessageContaining("cannot be read");
  }

  @Test
  void aFileOutOfAllProportionIsRefused() throws IOException {
    var file = Files.writeString(home.resolve("prices.json"), " ".repeat((1 << 20) + 1));

    assertThatThrownBy(() -> PriceFile.of(file)).hasMessageContaining("larger than 1,048,576");
  }

  private static PriceList read(String text) throws IOException {
    return PriceFile.read("prices.json", text.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
  }
}
