package dev.pennyworth.botsapi.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.pennyworth.agentloop.SuppliedContext;
import dev.pennyworth.connectors.HttpFailure;
import dev.pennyworth.connectors.Json;
import dev.pennyworth.connectors.RequestBody;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/// What a client asks for. What would change the shape of the answer and that a bot cannot do is
/// refused; what a bot decides for itself, and fields that are not known here, are let pass: the
/// official clients send new ones with each version.
///
/// @param model a bot's id or slug
/// @param message what is to be answered
/// @param context what stands before it
/// @param user who says it, if the client tells
/// @param includesUsage whether a stream ends with the usage
///
///   Source: platform.openai.com, API reference, "Create chat completion".
record ChatRequest(
    String model,
    String message,
    SuppliedContext context,
    Optional<String> user,
    boolean isStream,
    boolean includesUsage) {
  private static final int MODEL_LENGTH_MAX = 200;
  private static final int USER_LENGTH_MAX = 200;

  /// @throws HttpFailure 400 or 422, naming the field
  static ChatRequest read(Json json, byte[] raw) {
    var body = RequestBody.readOpen(json, raw);
    refuseUnsupported(body);
    var model = body.required("model", body.text("model", 1, MODEL_LENGTH_MAX));
    var context = new SuppliedContext.Builder();
    outputTokensMax(body).ifPresent(tokens -> context.outputTokensMax((int) tokens));
    var message = ChatMessages.read(body.required("messages", body.tree("messages")), context);
    var options = tree(body, "stream_options");
    return new ChatRequest(
        model,
        message,
        context.build(),
        body.text("user", 1, USER_LENGTH_MAX)
            .or(() -> body.text("safety_identifier", 1, USER_LENGTH_MAX)),
        body.flag("stream").orElse(false),
        options.path("include_usage").asBoolean(false));
  }

  /// The older and the newer name of one bound; the lower, if there are both.
  private static OptionalLong outputTokensMax(RequestBody body) {
    var older = body.integer("max_tokens", 1, Integer.MAX_VALUE);
    var newer = body.integer("max_completion_tokens", 1, Integer.MAX_VALUE);
    if (older.isEmpty() || newer.isEmpty()) {
      return older.isPresent() ? older : newer;
    }
    return OptionalLong.of(Math.min(older.getAsLong(), newer.getAsLong()));
  }

  private static void refuseUnsupported(RequestBody body) {
    var n = tree(body, "n");
    refuseIf(!n.isMissingNode() && n.asInt() != 1, "n", "A bot gives one answer.");
    for (var field : List.of("tools", "functions")) {
      refuseIf(!tree(body, field).isEmpty(), field, "A bot calls the tools of its workspace.");
    }
    refuseIf(
        !tree(body, "response_format").path("type").asText("text").equals("text"),
        "response_format",
        "A bot answers with text.");
    refuseIf(tree(body, "logprobs").asBoolean(), "logprobs", "A bot tells no probabilities.");
    refuseIf(
        tree(body, "top_logprobs").asInt() != 0, "top_logprobs", "A bot tells no probabilities.");
    refuseIf(!tree(body, "audio").isMissingNode(), "audio", "A bot answers with text.");
    for (var modality : tree(body, "modalities")) {
      refuseIf(!modality.asText().equals("text"), "modalities", "A bot answers with text.");
    }
  }

  private static JsonNode tree(RequestBody body, String field) {
    return body.tree(field).orElse(MissingNode.getInstance());
  }

  private static void refuseIf(boolean isUnsupported, String field, String why) {
    if (isUnsupported) {
      throw unsupported(field, why);
    }
  }

  static HttpFailure unsupported(String field, String why) {
    return HttpFailure.badRequest(
            "unsupported_parameter", "%s is not supported here. %s".formatted(field, why))
        .with("field", field);
  }
}
