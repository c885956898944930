package dev.pennyworth.agentloop.tools;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UrlTemplateTest {
  private static UrlTemplate.Filled fill(String template, String arguments)
      throws ToolFailed, IOException {
    return UrlTemplate.fill(template, (ObjectNode) new ObjectMapper().readTree(arguments));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "https://a.b/o/{id} | {\"id\":7} | https://a.b/o/7 | {}",
        "https://a.b/o/{id} | {\"id\":\"x\",\"n\":1} | https://a.b/o/x | {\"n\":1}",
        "https://a.b/{p}/q | {\"p\":\"../../etc\"} | https://a.b/..%2F..%2Fetc/q | {}",
        "https://a.b/{p} | {\"p\":\"?x=1#y\"} | https://a.b/%3Fx%3D1%23y | {}",
        "https://a.b/{p} | {\"p\":\"ü €\"} | https://a.b/%C3%BC%20%E2%82%AC | {}",
        "https://a.b/s?q={q}&n=1 | {\"q\":\"a&b=c\"} | https://a.b/s?q=a%26b%3Dc&n=1 | {}",
        "https://a.b/{p} | {\"p\":\"%2e%2e\"} | https://a.b/%252e%252e | {}",
        "https://a.b/{p} | {\"p\":\"$1\"} | https://a.b/%241 | {}",
      })
  void fillsThePlacesAndKeepsTheRest(String template, String arguments, String url, String rest)
      throws ToolFailed, IOException {
    var filled = fill(template, arguments);

    assertThat(filled.url()).isEqualTo(url);
    assertThat(filled.rest()).hasToString(rest);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "https://a.b/o/{id} | {}",
        "https://a.b/o/{id} | {\"id\":null}",
        "https://a.b/o/{id} | {\"id\":\"\"}",
        "https://a.b/o/{id}/x | {\"id\":\"..\"}",
        "https://a.b/o/{id} | {\"id\":\".\"}",
        "https://a.b/o/{a}{b} | {\"a\":\".\",\"b\":\".\"}",
        "https://a.b/o/%2e{a} | {\"a\":\".\"}",
        "https://{host}/o | {\"host\":\"c.d\"}",
        "https://a.b{x}/o | {\"x\":\"@c.d\"}",
        "https://a.b\\{x}/o | {\"x\":\"c\"}",
        "{url} | {\"url\":\"https://c.d\"}",
      })
  void refusesWhatWouldLeadElsewhere(String template, String arguments) {
    assertThatThrownBy(() -> fill(template, arguments)).isInstanceOf(ToolFailed.class);
  }
}
