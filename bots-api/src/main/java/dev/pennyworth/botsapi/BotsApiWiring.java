package dev.pennyworth.botsapi;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.uuid.Generators;
import dev.pennyworth.agentloop.AgentLoopSettings;
import dev.pennyworth.agentloop.SecretText;
import dev.pennyworth.agentloop.WorkspaceId;
import dev.pennyworth.billing.PriceSettings;
import dev.pennyworth.botsapi.accounts.KeyId;
import dev.pennyworth.botsapi.accounts.UserId;
import dev.pennyworth.botsapi.audit.AuditId;
import dev.pennyworth.botsapi.events.DeliveryId;
import dev.pennyworth.botsapi.events.EndpointId;
import dev.pennyworth.botsapi.events.EventId;
import dev.pennyworth.botsapi.http.ErrorAnswers;
import dev.pennyworth.botsapi.http.JdbcIdempotency;
import dev.pennyworth.botsapi.http.JdbcPublicRates;
import dev.pennyworth.botsapi.http.PublicUrl;
import dev.pennyworth.botsapi.secrets.MasterKey;
import dev.pennyworth.botsapi.secrets.Sealer;
import dev.pennyworth.botsapi.workspaces.McpServerId;
import dev.pennyworth.botsapi.workspaces.ToolId;
import dev.pennyworth.connectors.Json;
import dev.pennyworth.connectors.PlatformApiUrls;
import dev.pennyworth.connectors.WebhookReach;
import io.micronaut.context.annotation.Factory;
import io.micronaut.context.annotation.Replaces;
import io.micronaut.jackson.ObjectMapperFactory;
import io.micronaut.management.health.indicator.HealthResult;
import jakarta.inject.Singleton;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;
import org.jdbi.v3.core.Jdbi;

/// What all rooms of this module share. Each room has a wiring of its own, so that its classes need
/// not be public. [Pennyworth] adds [Configuration], the data source, the master key and the clock.
@Factory
final class BotsApiWiring {

  /// The time of day, as PostgreSQL keeps it.
  static InstantSource systemClock() {
    return () -> Instant.now().truncatedTo(ChronoUnit.MICROS);
  }

  static SecureRandom systemRandom() {
    return new SecureRandom();
  }

  @Singleton
  SecureRandom random() {
    return systemRandom();
  }

  /// Makes ids that sort by the time they were made (UUID version 7); those of one process in the
  /// order in which they were made, also within a millisecond.
  @Singleton
  Supplier<UUID> ids() {
    var generator = Generators.timeBasedEpochGenerator(systemRandom());
    return generator::generate;
  }

  @Singleton
  @Replaces(value = ObjectMapper.class, factory = ObjectMapperFactory.class)
  ObjectMapper objectMapper() {
    return Json.mapper(
            List.of(
                UserId.class,
                KeyId.class,
                WorkspaceId.class,
                AuditId.class,
                EventId.class,
                EndpointId.class,
                DeliveryId.class,
                ToolId.class,
                McpServerId.class))
        .addMixIn(HealthResult.class, WhatIsThere.class);
  }

  /// `/health` tells no details to strangers; without this it would print a null for each.
  @JsonInclude(JsonInclude.Include.NON_NULL)
  interface WhatIsThere {}

  @Singleton
  Json json(ObjectMapper mapper) {
    return new Json(mapper);
  }

  @Singleton
  Sealer sealer(MasterKey key, SecureRandom random) {
    return new Sealer(key, random);
  }

  @Singleton
  ErrorAnswers errorAnswers(Json json) {
    return new ErrorAnswers(json);
  }

  @Singleton
  JdbcIdempotency idempotency(Jdbi jdbi, Sealer sealer, Json json, InstantSource clock) {
    return new JdbcIdempotency(jdbi, sealer, json, clock);
  }

  @Singleton
  JdbcPublicRates publicRates(Jdbi jdbi, InstantSource clock) {
    return new JdbcPublicRates(jdbi, clock);
  }

  @Singleton
  PublicUrl publicUrl(Configuration configuration) {
    return new PublicUrl(configuration.publicUrl().orElseGet(configuration::localAddress));
  }

  @Singleton
  PlatformApiUrls platformApiUrls(Configuration configuration) {
    var urls = configuration.platforms();
    return new PlatformApiUrls(urls.telegram(), urls.discord(), urls.slack(), urls.whatsapp());
  }

  @Singleton
  WebhookReach webhookReach(Configuration configuration) {
    return WebhookReach.of(configuration.publicUrl());
  }

  @Singleton
  PriceSettings priceSettings(Configuration configuration) {
    return new PriceSettings(configuration.home().resolve("prices.json"));
  }

  /// What the agent loop has to know of the configuration.
  @Singleton
  AgentLoopSettings agentLoopSettings(Configuration configuration, MasterKey masterKey) {
    var models = configuration.models();
    return new AgentLoopSettings(
        configuration.allowPrivateNetworks(),
        Map.of(
            "anthropic", provider(models.anthropic()),
            "openai", provider(models.openai()),
            "groq", provider(models.groq()),
            "gemini", provider(models.gemini()),
            "workers-ai", provider(models.workersAi())),
        new SecretText(HexFormat.of().formatHex(masterKey.derive("end users' pseudonyms"))));
  }

  private static AgentLoopSettings.Provider provider(Configuration.ModelApi api) {
    return new AgentLoopSettings.Provider(api.key(), api.baseUrl());
  }
}
