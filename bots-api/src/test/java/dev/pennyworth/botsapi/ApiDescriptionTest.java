package dev.pennyworth.botsapi;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

final class ApiDescriptionTest {
  private static TestingServer server;

  @BeforeAll
  static void start() {
    server = TestingServer.start();
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @Test
  void theDocumentNamesRoutesAndHidesOurOwnParameters() {
    var document = server.get("/openapi/pennyworth.yml", "");

    assertThat(document.status()).isEqualTo(200);
    assertThat(document.text())
        .contains("title: Pennyworth", "/api/auth/register:", "/api/keys:", "access_token")
        .contains("/v1/chat/completions:", "/v1/models/{id}:", "callback_url")
        .doesNotContain("Caller", "accessToken");
  }

  @Test
  void thePageUsesOnlyWhatWeServe() {
    var page = server.get("/docs", "");

    assertThat(page.status()).as(page.text()).isEqualTo(200);
    assertThat(page.header("Content-Type").orElseThrow()).startsWith("text/html");
    assertThat(page.text()).doesNotContain("http://", "https://");
    var script = Pattern.compile("src=\"(.+?)\"").matcher(page.text());
    assertThat(script.find()).isTrue();
    assertThat(server.get(script.group(1), "").status()).isEqualTo(200);
  }
}
