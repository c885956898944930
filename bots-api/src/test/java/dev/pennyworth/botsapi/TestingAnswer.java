package dev.pennyworth.botsapi;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pennyworth.connectors.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpHeaders;
import java.util.List;
import java.util.Optional;

/// What a server answered.
public record TestingAnswer(int status, HttpHeaders headers, String text) {
  private static final ObjectMapper MAPPER = Json.mapper(List.of());

  public JsonNode json() {
    try {
      return MAPPER.readTree(text);
    } catch (IOException e) {
      throw new UncheckedIOException("not JSON: " + text, e);
    }
  }

  public Optional<String> header(String name) {
    return headers.firstValue(name);
  }

  /// `error.code` of an answer that is an error; throws if it has not the shape of one.
  public String errorCode() {
    var error = json().required("error");
    for (var field : List.of("type", "message", "details")) {
      error.required(field);
    }
    return error.required("code").textValue();
  }
}
