package dev.pennyworth.botsapi.openai;

import dev.pennyworth.agentloop.CleanText;
import dev.pennyworth.agentloop.TurnEvent;
import dev.pennyworth.agentloop.TurnReport;
import dev.pennyworth.billing.TurnId;
import dev.pennyworth.connectors.Json;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The chunks of a stream, in their order. What a model says before it calls a tool is streamed,
/// too, with an empty line behind it; whatever the end user is to read besides what was streamed
/// follows at the end, so that nothing is missing, wherever the turn ran.
final class ChatChunks {
  static final String DONE = "[DONE]";

  private static final String BREAK = "\n\n";

  private final Json json;
  private final TurnId turn;
  private final long created;
  private final ChatRequest asked;
  private final StringBuilder sentOfStep = new StringBuilder();
  private int step;
  private boolean hasBegun;

  ChatChunks(Json json, TurnId turn, Instant now, ChatRequest asked) {
    this.json = json;
    this.turn = turn;
    this.created = now.getEpochSecond();
    this.asked = asked;
  }

  /// What a model wrote; nothing if something before it is missing.
  List<String> text(TurnEvent.Text text) {
    var chunks = new ArrayList<String>();
    if (text.n() > step && text.offset() == 0) {
      if (!sentOfStep.isEmpty()) {
        chunks.add(delta(BREAK));
      }
      step = text.n();
      sentOfStep.setLength(0);
    }
    if (text.n() == step && text.offset() == sentOfStep.length()) {
      sentOfStep.append(text.text());
      chunks.add(delta(text.text()));
    }
    return chunks;
  }

  /// Says nothing, so that nobody on the way takes the connection for dead.
  String quiet() {
    return choice(Map.of(), Optional.empty(), Map.of());
  }

  /// What is left to say of a turn that has an answer, and how it ended.
  List<String> end(TurnReport report) {
    var chunks = new ArrayList<String>();
    var rest = rest(report.response().orElse(""));
    if (!rest.isEmpty() || !hasBegun) {
      chunks.add(delta(rest));
    }
    chunks.add(
        choice(
            Map.of(),
            Optional.of(ChatAnswer.finishReason(report)),
            Map.of("pennyworth", ChatAnswer.Pennyworth.of(report))));
    if (asked.includesUsage()) {
      chunks.add(chunk(List.of(), Map.of("usage", ChatAnswer.Usage.of(report))));
    }
    chunks.add(DONE);
    return chunks;
  }

  private String rest(String response) {
    var sent = CleanText.of(sentOfStep.toString());
    if (response.startsWith(sent)) {
      return response.substring(sent.length());
    }
    return BREAK + response;
  }

  private String delta(String text) {
    Map<String, String> delta =
        hasBegun ? Map.of("content", text) : Map.of("role", "assistant", "content", text);
    hasBegun = true;
    return choice(delta, Optional.empty(), Map.of());
  }

  private String choice(
      Map<String, String> delta, Optional<String> finishReason, Map<String, Object> more) {
    var choice = new LinkedHashMap<String, @Nullable Object>();
    choice.put("index", 0);
    choice.put("delta", delta);
    choice.put("finish_reason", finishReason.orElse(null));
    return chunk(List.of(choice), more);
  }

  private String chunk(List<Map<String, @Nullable Object>> choices, Map<String, Object> more) {
    var chunk = new LinkedHashMap<String, @Nullable Object>();
    chunk.put("id", turn);
    chunk.put("object", "chat.completion.chunk");
    chunk.put("created", created);
    chunk.put("model", asked.model());
    chunk.put("choices", choices);
    if (asked.includesUsage()) {
      chunk.put("usage", null);
    }
    chunk.putAll(more);
    return new String(json.write(chunk), StandardCharsets.UTF_8);
  }
}
