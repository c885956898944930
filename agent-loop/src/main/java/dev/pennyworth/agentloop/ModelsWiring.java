package dev.pennyworth.agentloop;

import dev.pennyworth.agentloop.model.BuiltinModel;
import dev.pennyworth.agentloop.model.HttpAnthropicConnection;
import dev.pennyworth.agentloop.model.HttpAnthropicModel;
import dev.pennyworth.agentloop.model.HttpGeminiConnection;
import dev.pennyworth.agentloop.model.HttpGeminiModel;
import dev.pennyworth.agentloop.model.HttpOpenAiConnection;
import dev.pennyworth.agentloop.model.HttpOpenAiModel;
import dev.pennyworth.agentloop.model.ModelClient;
import dev.pennyworth.billing.JdbcPrices;
import io.micronaut.context.annotation.Bean;
import io.micronaut.context.annotation.Factory;
import jakarta.inject.Singleton;
import java.net.URI;
import java.util.Map;
import java.util.Optional;

/// The providers of models: one connection each, and who plans a step with them.
@Factory
public final class ModelsWiring {
  @Singleton
  @Bean(preDestroy = "close")
  public HttpOpenAiConnection openAiConnection() {
    return new HttpOpenAiConnection();
  }

  @Singleton
  @Bean(preDestroy = "close")
  public HttpGeminiConnection geminiConnection(AgentLoopSettings settings) {
    return url(settings, "gemini")
        .map(HttpGeminiConnection::new)
        .orElseGet(HttpGeminiConnection::new);
  }

  @Singleton
  @Bean(preDestroy = "close")
  public HttpLocalServers localServers() {
    return new HttpLocalServers();
  }

  @Singleton
  public LocalModels localModels(HttpLocalServers servers, OperatorTeams operators) {
    return new LocalModels(servers, operators);
  }

  @Singleton
  @Bean(preDestroy = "close")
  public HttpAnthropicConnection anthropicConnection() {
    return new HttpAnthropicConnection();
  }

  /// Plans steps for turns, quotes and those that are parked.
  @Singleton
  StepPlanner planner(
      JdbcPrices prices,
      HttpOpenAiConnection openAi,
      HttpAnthropicConnection anthropic,
      HttpGeminiConnection gemini,
      LocalModels localModels,
      Toolboxes toolboxes,
      AgentLoopSettings settings) {
    return new StepPlanner(
        prices,
        clients(openAi, anthropic, gemini, settings),
        localModels,
        HttpOpenAiModel.custom(openAi, true),
        toolboxes,
        new EndUserPseudonyms(settings.pseudonymKey()));
  }

  private static Map<String, ModelClient> clients(
      HttpOpenAiConnection openAi,
      HttpAnthropicConnection anthropic,
      HttpGeminiConnection gemini,
      AgentLoopSettings settings) {
    return Map.of(
        "builtin", new BuiltinModel(),
        "anthropic",
            new HttpAnthropicModel(
                anthropic, key(settings, "anthropic"), url(settings, "anthropic")),
        "openai", HttpOpenAiModel.openai(openAi, key(settings, "openai"), url(settings, "openai")),
        "groq", HttpOpenAiModel.groq(openAi, key(settings, "groq"), url(settings, "groq")),
        "gemini", new HttpGeminiModel(gemini, key(settings, "gemini")),
        "workers-ai",
            HttpOpenAiModel.workersAi(
                openAi, key(settings, "workers-ai"), url(settings, "workers-ai")),
        "custom", HttpOpenAiModel.custom(openAi, settings.allowsPrivateNetworks()));
  }

  private static Optional<SecretText> key(AgentLoopSettings settings, String provider) {
    return Optional.ofNullable(settings.providers().get(provider))
        .flatMap(AgentLoopSettings.Provider::apiKey);
  }

  private static Optional<URI> url(AgentLoopSettings settings, String provider) {
    return Optional.ofNullable(settings.providers().get(provider))
        .flatMap(AgentLoopSettings.Provider::baseUrl);
  }
}
