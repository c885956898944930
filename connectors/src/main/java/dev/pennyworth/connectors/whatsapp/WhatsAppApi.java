package dev.pennyworth.connectors.whatsapp;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pennyworth.connectors.Json;
import dev.pennyworth.connectors.whatsapp.HttpWhatsAppTransport.Answer;
import dev.pennyworth.connectors.whatsapp.HttpWhatsAppTransport.Parameter;
import dev.pennyworth.connectors.whatsapp.HttpWhatsAppTransport.PerhapsRead;
import dev.pennyworth.connectors.whatsapp.WhatsAppFailure.Kind;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Calls the Graph API for all bots. Blocks for a bounded time, and retries nothing.
public final class WhatsAppApi {
  /// Meta keeps a version for two years at least.
  private static final String VERSION = "v25.0";

  private static final URI META = URI.create("https://graph.facebook.com/");
  private static final int TOO_MANY = 429;
  private static final int UNAUTHORIZED = 401;
  private static final int NO_CODE = -1;

  private final URI url;
  private final HttpWhatsAppTransport transport;
  private final Json json;

  /// @param url empty for Meta's own; one without a path gets the version that this was written for
  public WhatsAppApi(Optional<URI> url, HttpWhatsAppTransport transport, Json json) {
    this.url = versioned(url.orElse(META));
    this.transport = transport;
    this.json = json;
  }

  private static URI versioned(URI url) {
    var path = String.valueOf(url.getPath());
    return path.equals("null") || path.isEmpty() || path.equals("/")
        ? url.resolve("/" + VERSION)
        : url;
  }

  /// Reads an object's fields.
  JsonNode read(WhatsAppAccess access, String path, String fields) throws WhatsAppFailure {
    return call(access, path, List.of(new Parameter("fields", fields)), Optional.empty());
  }

  JsonNode post(WhatsAppAccess access, String path, Map<String, Object> body)
      throws WhatsAppFailure {
    return call(access, path, List.of(), Optional.of(json.write(body)));
  }

  private JsonNode call(
      WhatsAppAccess access, String path, List<Parameter> query, Optional<byte[]> body)
      throws WhatsAppFailure {
    var signed = new ArrayList<>(query);
    signed.add(
        new Parameter(
            "appsecret_proof", WhatsAppSignature.proof(access.appSecret(), access.token())));
    try {
      return result(transport.call(url, path, signed, access.token().reveal(), body));
    } catch (PerhapsRead _) {
      throw unknown();
    } catch (IOException _) {
      throw notTaken("WhatsApp was not reached.", Optional.empty());
    }
  }

  private JsonNode result(Answer answer) throws WhatsAppFailure {
    if (answer.status() >= 500 || (!answer.isGood() && !answer.isJson())) {
      throw notTaken(
          "WhatsApp is broken for the moment (status %d).".formatted(answer.status()),
          answer.retryAfter());
    }
    var body = body(answer);
    if (body.path("error").isObject()) {
      throw failure(answer, body.path("error"));
    }
    if (!answer.isGood()) {
      throw notTaken(
          "WhatsApp gave no reason (status %d).".formatted(answer.status()), answer.retryAfter());
    }
    return body;
  }

  private JsonNode body(Answer answer) throws WhatsAppFailure {
    try {
      var body = json.read(answer.body().getBytes(StandardCharsets.UTF_8));
      if (body.isObject()) {
        return body;
      }
    } catch (IOException _) {
      // The same as an answer of another shape.
    }
    throw answer.isGood()
        ? unknown()
        : notTaken(
            "WhatsApp gave no reason (status %d).".formatted(answer.status()), answer.retryAfter());
  }

  private static WhatsAppFailure failure(Answer answer, JsonNode error) {
    int code = error.path("code").asInt(NO_CODE);
    var pause = WhatsAppErrors.pause(code);
    if (pause.isPresent() || answer.status() == TOO_MANY) {
      return notTaken("WhatsApp asked for a slower pace.", answer.retryAfter().or(() -> pause));
    }
    if (WhatsAppErrors.isTransient(code) || error.path("is_transient").asBoolean()) {
      return notTaken(
          "WhatsApp is broken for the moment (%d).".formatted(code), answer.retryAfter());
    }
    boolean isOfToken = answer.status() == UNAUTHORIZED || WhatsAppErrors.isOfToken(code);
    return new WhatsAppFailure(
        Kind.REFUSED,
        isOfToken ? WhatsAppErrors.TOKEN : code,
        isOfToken ? WhatsAppErrors.TOKEN_REFUSED : WhatsAppErrors.details(error),
        Optional.empty());
  }

  private static WhatsAppFailure notTaken(String description, Optional<Duration> retryAfter) {
    return new WhatsAppFailure(Kind.NOT_TAKEN, NO_CODE, description, retryAfter);
  }

  private static WhatsAppFailure unknown() {
    return new WhatsAppFailure(Kind.UNKNOWN, NO_CODE, "WhatsApp did not answer.", Optional.empty());
  }
}
