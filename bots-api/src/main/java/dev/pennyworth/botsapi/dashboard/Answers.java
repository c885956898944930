package dev.pennyworth.botsapi.dashboard;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pennyworth.connectors.Json;
import io.micronaut.http.HttpResponse;
import java.io.IOException;
import java.io.UncheckedIOException;

/// Reads what a controller of the API answers.
final class Answers {
  private Answers() {}

  static JsonNode read(Json json, HttpResponse<byte[]> answer) {
    try {
      return json.read(answer.getBody().orElseThrow());
    } catch (IOException e) {
      throw new UncheckedIOException("the API writes what it reads", e);
    }
  }
}
