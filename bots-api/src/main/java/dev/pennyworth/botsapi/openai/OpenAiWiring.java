package dev.pennyworth.botsapi.openai;

import dev.pennyworth.agentloop.JdbcInbox;
import dev.pennyworth.agentloop.JdbcTurnReports;
import dev.pennyworth.botsapi.http.ErrorAnswers;
import dev.pennyworth.connectors.Json;
import io.micronaut.context.annotation.Factory;
import jakarta.inject.Singleton;
import java.time.InstantSource;
import java.util.concurrent.Executors;

/// The object graph of what speaks OpenAI's words.
@Factory
final class OpenAiWiring {

  @Singleton
  ChatTurns chatTurns(
      JdbcInbox inbox,
      JdbcTurnReports reports,
      ErrorAnswers errors,
      Json json,
      InstantSource clock) {
    return new ChatTurns(
        inbox, reports, errors, json, clock, Executors.newVirtualThreadPerTaskExecutor());
  }
}
