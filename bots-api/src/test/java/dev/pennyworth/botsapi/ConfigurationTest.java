package dev.pennyworth.botsapi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ConfigurationTest {
  @Test
  void anEmptyEnvironmentGivesTheDefaults() {
    var configuration = Configuration.read(Map.of());

    assertThat(configuration.port()).isEqualTo(8080);
    assertThat(configuration.home())
        .isEqualTo(Path.of(System.getProperty("user.home"), ".pennyworth"));
    assertThat(configuration.databaseUrl()).isEmpty();
    assertThat(configuration.owner().email()).isEqualTo("owner@localhost");
    assertThat(configuration.registrationOpen()).isTrue();
    assertThat(configuration.allowPrivateNetworks()).isFalse();
    assertThat(configuration.models().openai().key()).isEmpty();
    assertThat(configuration.stripe().apiKey()).isEmpty();
  }

  @Test
  void everyVariableIsRead() {
    var configuration =
        Configuration.read(
            Map.of(
                "PENNYWORTH_PORT", "0",
                "PENNYWORTH_PUBLIC_URL", "https://bots.example.com/",
                "PENNYWORTH_REGISTRATION", "closed",
                "PENNYWORTH_ALLOW_PRIVATE_NETWORKS", "true",
                "WORKERS_AI_API_KEY", "workers-secret",
                "WORKERS_AI_BASE_URL", "http://localhost:9/v1",
                "TELEGRAM_API_URL", "http://localhost:10",
                "STRIPE_API_KEY", "stripe-secret",
                "PENNYWORTH_SMTP_URL", "smtp://mail.example.com",
                "PENNYWORTH_OWNER_EMAIL", "Ann@Example.com"));

    assertThat(configuration.port()).isZero();
    assertThat(configuration.publicUrl()).contains(URI.create("https://bots.example.com"));
    assertThat(configuration.registrationOpen()).isFalse();
    assertThat(configuration.allowPrivateNetworks()).isTrue();
    assertThat(configuration.models().workersAi().key().orElseThrow().reveal())
        .isEqualTo("workers-secret");
    assertThat(configuration.models().workersAi().baseUrl())
        .contains(URI.create("http://localhost:9/v1"));
    assertThat(configuration.platforms().telegram()).contains(URI.create("http://localhost:10"));
    assertThat(configuration.stripe().apiKey().orElseThrow().reveal()).isEqualTo("stripe-secret");
    assertThat(configuration.smtpServer()).isPresent();
    assertThat(configuration.owner().email()).isEqualTo("ann@example.com");
  }

  @Test
  void aBlankVariableCountsAsNotSet() {
    assertThat(Configuration.read(Map.of("PENNYWORTH_PORT", " ")).port()).isEqualTo(8080);
  }

  @ParameterizedTest
  @CsvSource({
    "PENNYWORTH_PROT, PENNYWORTH_PORT",
    "PENNYWORTH_DATABASE, PENNYWORTH_DATABASE_URL",
    "PENNYWORTH_MASTERKEY, PENNYWORTH_MASTER_KEY",
    "PENNYWORTH_OWNER_MAIL, PENNYWORTH_OWNER_EMAIL",
  })
  void anUnknownNameIsRefusedWithTheNearestKnownOne(String unknown, String nearest) {
    assertThatThrownBy(() -> Configuration.read(Map.of(unknown, "x")))
        .isInstanceOf(StartRefused.class)
        .hasMessageContaining(unknown + " is not known. Did you mean " + nearest + "?");
  }

  @ParameterizedTest
  @CsvSource({
    "PENNYWORTH_PORT, 65536, from 0 to 65535",
    "PENNYWORTH_PORT, http, from 0 to 65535",
    "PENNYWORTH_DATABASE_URL, mysql://x, jdbc:postgresql://",
    "PENNYWORTH_MASTER_KEY, c2hvcnQ=, base64 of exactly 32 bytes",
    "PENNYWORTH_PUBLIC_URL, ftp://x, http://",
    "PENNYWORTH_PUBLIC_URL, https://user@x, without query",
    "PENNYWORTH_REGISTRATION, maybe, open or closed",
    "PENNYWORTH_ALLOW_PRIVATE_NETWORKS, yes, true or false",
    "PENNYWORTH_OWNER_EMAIL, nobody, an e-mail address",
    "PENNYWORTH_OWNER_PASSWORD, short, 8 to 200 characters",
    "PENNYWORTH_SMTP_URL, mail.example.com, smtps://",
    "GROQ_BASE_URL, groq, http://",
  })
  void aValueThatCannotBeIsRefusedWithWhatIsAllowed(String name, String value, String allowed) {
    assertThatThrownBy(() -> Configuration.read(Map.of(name, value)))
        .isInstanceOf(StartRefused.class)
        .hasMessageContaining(name + " must be ")
        .hasMessageContaining(allowed)
        .message()
        .doesNotContain("'" + value + "'");
  }

  @Test
  void allProblemsAreToldAtOnce() {
    assertThatThrownBy(() ->
            Configuration.read(
                Map.of("PENNYWORTH_PORT", "x", "PENNYWORTH_HOEM", "y", "OPENAI_BASE_URL", "z")))
        .hasMessageContaining("3 problems")
        .hasMessageContaining("PENNYWORTH_PORT")
        .hasMessageContaining("PENNYWORTH_HOEM")
        .hasMessageContaining("OPENAI_BASE_URL");
  }

  @Test
  void aPrintedConfigurationShowsNoSecret() {
    var printed =
        Configuration.read(
                Map.of(
                    "OPENAI_API_KEY", "canary-1",
                    "STRIPE_API_KEY", "canary-2",
                    "PENNYWORTH_OWNER_PASSWORD", "canary-3",
                    "PENNYWORTH_DATABASE_URL", "jdbc:postgresql://h/d?password=canary-4",
                    "PENNYWORTH_MASTER_KEY", TestingServer.MASTER_KEY))
            .toString();

    assertThat(printed).doesNotContain("canary").doesNotContain(TestingServer.MASTER_KEY);
  }
}
