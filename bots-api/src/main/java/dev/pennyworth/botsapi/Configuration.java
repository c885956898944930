package dev.pennyworth.botsapi;

import dev.pennyworth.agentloop.SecretText;
import dev.pennyworth.botsapi.accounts.EmailAddress;
import dev.pennyworth.botsapi.accounts.Password;
import dev.pennyworth.botsapi.events.SmtpServer;
import dev.pennyworth.botsapi.secrets.MasterKey;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What the operator set, read once from the environment at start.
///
/// @param port 0 takes a free one
/// @param home the data folder
/// @param databaseUrl a JDBC URL, credentials included; empty for the embedded database
/// @param masterKey empty for the generated one in the data folder
/// @param publicUrl where platforms reach the webhooks, without a slash at the end; empty for the
///   local address
/// @param registrationOpen whether anyone may register
/// @param allowPrivateNetworks whether owners' URLs may lead to loopback or private addresses
/// @param smtpServer empty to log e-mails instead
public record Configuration(
    int port,
    Path home,
    Optional<SecretText> databaseUrl,
    Optional<MasterKey> masterKey,
    Optional<URI> publicUrl,
    FirstOwner owner,
    boolean registrationOpen,
    boolean allowPrivateNetworks,
    ModelApis models,
    PlatformApis platforms,
    Stripe stripe,
    Optional<SmtpServer> smtpServer) {

  private static final int PORT_DEFAULT = 8080;
  private static final int PORT_MAX = 65_535;

  /// The same, on a port that was found free.
  Configuration onPort(int free) {
    return new Configuration(
        free,
        home,
        databaseUrl,
        masterKey,
        publicUrl,
        owner,
        registrationOpen,
        allowPrivateNetworks,
        models,
        platforms,
        stripe,
        smtpServer);
  }

  /// Where it listens, seen from this machine.
  public URI localAddress() {
    return URI.create("http://localhost:" + port);
  }

  /// The account that the first start makes.
  ///
  /// @param password empty to generate one
  public record FirstOwner(String email, Optional<SecretText> password) {}

  /// The operator's pooled key for a model API and where that API is; empty: the vendor's.
  public record ModelApi(Optional<SecretText> key, Optional<URI> baseUrl) {}

  /// One [ModelApi] for each provider that has pooled keys.
  public record ModelApis(
      ModelApi openai, ModelApi anthropic, ModelApi gemini, ModelApi groq, ModelApi workersAi) {}

  /// Where the platforms' APIs are; empty: the vendor's.
  public record PlatformApis(
      Optional<URI> telegram, Optional<URI> discord, Optional<URI> slack, Optional<URI> whatsapp) {}

  /// Payments; no key means the sandbox.
  public record Stripe(
      Optional<SecretText> apiKey, Optional<SecretText> webhookSecret, Optional<URI> apiUrl) {}

  /// Reads the environment.
  ///
  /// @throws StartRefused naming every variable that is unknown or has a value that cannot be
  public static Configuration read(Map<String, String> variables) {
    var environment = new Environment(variables);
    var configuration =
        new Configuration(
            environment.integer("PENNYWORTH_PORT", 0, PORT_MAX).orElse(PORT_DEFAULT),
            environment.path("PENNYWORTH_HOME").orElseGet(Configuration::defaultHome),
            environment
                .matching(
                    "PENNYWORTH_DATABASE_URL",
                    "jdbc:postgresql:.+",
                    "a JDBC URL such as jdbc:postgresql://host:5432/database?user=name&password=secret")
                .map(SecretText::new),
            environment.parsed(
                "PENNYWORTH_MASTER_KEY",
                MasterKey::parse,
                "base64 of exactly 32 bytes, as `openssl rand -base64 32` makes it"),
            environment.url("PENNYWORTH_PUBLIC_URL"),
            owner(environment),
            environment
                .choice("PENNYWORTH_REGISTRATION", "open", List.of("open", "closed"))
                .equals("open"),
            environment
                .choice("PENNYWORTH_ALLOW_PRIVATE_NETWORKS", "false", List.of("true", "false"))
                .equals("true"),
            new ModelApis(
                model(environment, "OPENAI"),
                model(environment, "ANTHROPIC"),
                model(environment, "GEMINI"),
                model(environment, "GROQ"),
                model(environment, "WORKERS_AI")),
            new PlatformApis(
                environment.url("TELEGRAM_API_URL"),
                environment.url("DISCORD_API_URL"),
                environment.url("SLACK_API_URL"),
                environment.url("WHATSAPP_API_URL")),
            new Stripe(
                environment.secret("STRIPE_API_KEY"),
                environment.secret("STRIPE_WEBHOOK_SECRET"),
                environment.url("STRIPE_API_URL")),
            environment.parsed(
                "PENNYWORTH_SMTP_URL",
                SmtpServer::parse,
                "a URL such as smtps://user:password@host:465?from=pennyworth@example.com"));
    environment.refuseProblems();
    return configuration;
  }

  private static FirstOwner owner(Environment environment) {
    return new FirstOwner(
        environment
            .parsed("PENNYWORTH_OWNER_EMAIL", EmailAddress::parse, "an e-mail address")
            .map(EmailAddress::text)
            .orElse("owner@localhost"),
        environment
            .parsed("PENNYWORTH_OWNER_PASSWORD", Password::parse, Password.ALLOWED)
            .map(Password::secret));
  }

  private static ModelApi model(Environment environment, String vendor) {
    return new ModelApi(
        environment.secret(vendor + "_API_KEY"), environment.url(vendor + "_BASE_URL"));
  }

  private static Path defaultHome() {
    return Path.of(System.getProperty("user.home"), ".pennyworth");
  }
}
