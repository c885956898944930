package dev.pennyworth.connectors.telegram;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.Locale;
import okhttp3.HttpUrl;
import okhttp3.Interceptor;
import okhttp3.Response;
import okhttp3.ResponseBody;

/// Makes answers readable for the library. "If `ok` equals True, the request was successful", says
/// Telegram: what was sent is not in doubt because its result has a shape that nobody knows.
/// Source: core.telegram.org/bots/api, making requests.
final class HttpTelegramAnswers {
  private static final long BYTES_MAX = 1 << 20;

  private HttpTelegramAnswers() {}

  /// An application interceptor.
  static Response readable(Interceptor.Chain chain) throws IOException {
    var response = chain.proceed(chain.request());
    var url = chain.request().url();
    if (!response.isSuccessful() || method(url).equals("getupdates")) {
      return response;
    }
    JsonNode answer;
    try {
      answer = TelegramApi.MAPPER.readTree(response.peekBody(BYTES_MAX).string());
    } catch (JsonProcessingException _) {
      return response;
    }
    if (!(answer instanceof ObjectNode whole) || !whole.path("ok").asBoolean()) {
      return response;
    }
    whole.set("result", result(url, whole.path("result")));
    try (response) {
      return response
          .newBuilder()
          .body(ResponseBody.create(whole.toString(), response.body().contentType()))
          .build();
    }
  }

  private static JsonNode result(HttpUrl url, JsonNode result) {
    return switch (method(url)) {
      case "getme" -> self(url, result);
      case "sendmessage" -> message(result);
      case "getwebhookinfo" -> result;
      default -> BooleanNode.TRUE;
    };
  }

  /// Nothing but its id is wanted.
  private static JsonNode message(JsonNode result) {
    var message = TelegramApi.MAPPER.createObjectNode();
    return result.path("message_id").canConvertToInt()
        ? message.set("message_id", result.path("message_id"))
        : message;
  }

  /// Of a bot whose token is good, its id is known: the token begins with it.
  private static JsonNode self(HttpUrl url, JsonNode result) {
    var self = TelegramApi.MAPPER.createObjectNode();
    if (result instanceof ObjectNode told) {
      self.setAll(told);
    }
    if (!self.path("id").canConvertToLong()) {
      var id = url.pathSegments().get(url.pathSize() - 2).replaceAll("^bot|:.*$", "");
      self.put("id", id.matches("\\d{1,18}") ? Long.parseLong(id) : 0);
    }
    return self.put("is_bot", true).put("first_name", self.path("first_name").asText("the bot"));
  }

  /// In small letters, as the library writes most of them.
  private static String method(HttpUrl url) {
    return url.pathSegments().getLast().toLowerCase(Locale.ROOT);
  }
}
