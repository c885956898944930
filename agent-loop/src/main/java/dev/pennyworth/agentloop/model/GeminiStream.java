package dev.pennyworth.agentloop.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.genai.types.Candidate;
import com.google.genai.types.FinishReason;
import com.google.genai.types.FunctionCall;
import com.google.genai.types.GenerateContentResponse;
import com.google.genai.types.GenerateContentResponseUsageMetadata;
import com.google.genai.types.Part;
import dev.pennyworth.agentloop.CleanText;
import dev.pennyworth.agentloop.model.ModelReply.Answered;
import dev.pennyworth.agentloop.model.ModelReply.Finish;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/// Puts Gemini's chunks together. Thoughts are no text, but they are output.
final class GeminiStream {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Pattern OUR_ID = Pattern.compile("call_\\d+");
  private static final int TOOL_CALLS_MAX = 128;
  private static final int RAW_USAGE_CHARACTERS_MAX = 8_000;
  private static final int REQUEST_ID_CHARACTERS_MAX = 200;

  /// More than any model writes: 200,000 tokens are about a million characters.
  private static final int CHARACTERS_MAX = 4 << 20;

  private final StreamedText text;
  private final StringBuilder thoughts = new StringBuilder();
  private final List<ToolCall> calls = new ArrayList<>();
  private long argumentCharacters;
  private Optional<FinishReason> finishReason = Optional.empty();
  private Optional<GenerateContentResponseUsageMetadata> usage = Optional.empty();
  private Optional<String> responseId = Optional.empty();
  private boolean isPromptBlocked;
  private boolean hasBegun;

  GeminiStream(Consumer<String> listener) {
    text = new StreamedText(listener);
  }

  /// Whether a call's id is of our own making: Gemini gives ids to some calls only.
  static boolean isOurs(String callId) {
    return OUR_ID.matcher(callId).matches();
  }

  /// Takes the next chunk.
  ///
  /// @return whether more may come: false once it is longer than any answer
  boolean add(GenerateContentResponse chunk) {
    responseId = chunk.responseId().or(() -> responseId);
    usage = chunk.usageMetadata().or(() -> usage); // a running one: the last counts
    isPromptBlocked |=
        chunk.promptFeedback().flatMap(feedback -> feedback.blockReason()).isPresent();
    for (var candidate : chunk.candidates().orElse(List.of())) {
      if (candidate.index().orElse(0) == 0) {
        add(candidate);
      }
    }
    hasBegun |= usage.isPresent() || isPromptBlocked;
    return text.length() + thoughts.length() + argumentCharacters <= CHARACTERS_MAX;
  }

  private void add(Candidate candidate) {
    hasBegun = true;
    finishReason = candidate.finishReason().or(() -> finishReason);
    candidate.content().flatMap(content -> content.parts()).orElse(List.of()).forEach(this::add);
  }

  private void add(Part part) {
    if (part.thought().orElse(false)) {
      thoughts.append(part.text().orElse(""));
    } else {
      text.append(part.text().orElse(""));
    }
    if (part.functionCall().isPresent() && calls.size() < TOOL_CALLS_MAX) {
      var call = call(part.functionCall().get(), part.thoughtSignature());
      calls.add(call);
      argumentCharacters += call.argumentsJson().length();
    }
  }

  private ToolCall call(FunctionCall call, Optional<byte[]> signature) {
    return new ToolCall(
        call.id()
            .filter(id -> !id.isEmpty())
            .map(CleanText::of)
            .orElse("call_" + (calls.size() + 1)),
        CleanText.of(call.name().orElse("")),
        CleanText.of(json(call.args().orElse(Map.of()))),
        signature.map(Base64.getEncoder()::encodeToString));
  }

  private static String json(Map<String, Object> arguments) {
    try {
      return JSON.writeValueAsString(arguments);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("arguments that came as JSON are none", e);
    }
  }

  /// Tells what is still untold, once nothing more comes.
  void end() {
    text.end();
  }

  /// Whether the provider has said anything that it would bill.
  boolean hasBegun() {
    return hasBegun;
  }

  /// Whether the model has written anything.
  boolean isWritten() {
    return text.length() > 0 || !thoughts.isEmpty() || !calls.isEmpty();
  }

  /// Whether the model has said why it stopped, or that it will not begin.
  boolean isFinished() {
    return finishReason.isPresent() || isPromptBlocked;
  }

  /// Whether the provider would not hear the prompt, and says nothing of a price.
  boolean isRefused() {
    return isPromptBlocked && !isWritten() && usage.flatMap(GeminiUsage::read).isEmpty();
  }

  /// Our own count of what came.
  long outputTokens() {
    var counter = TokenCounter.o200k();
    return counter.count(text.toString())
        + counter.count(thoughts.toString())
        + calls.stream().mapToLong(call -> InputCount.toolCall(call, counter)).sum();
  }

  /// The whole as an answer.
  Answered answered() {
    var read = usage.flatMap(GeminiUsage::read);
    return new Answered(
        CleanText.of(text.toString()),
        calls,
        finish(),
        read.map(GeminiUsage::tokens),
        read.map(GeminiUsage::isEstimated).orElse(false),
        responseId
            .map(CleanText::of)
            .map(id -> id.substring(0, Math.min(id.length(), REQUEST_ID_CHARACTERS_MAX))),
        usage
            .map(it -> CleanText.of(it.toJson()))
            .filter(json -> json.length() <= RAW_USAGE_CHARACTERS_MAX));
  }

  private Finish finish() {
    if (isPromptBlocked) {
      return Finish.CONTENT_FILTER;
    }
    var reason =
        finishReason
            .map(FinishReason::knownEnum)
            .orElse(FinishReason.Known.FINISH_REASON_UNSPECIFIED);
    return switch (reason) {
      case MAX_TOKENS -> Finish.LENGTH;
      case SAFETY,
          RECITATION,
          LANGUAGE,
          BLOCKLIST,
          PROHIBITED_CONTENT,
          SPII,
          IMAGE_SAFETY,
          IMAGE_PROHIBITED_CONTENT,
          IMAGE_RECITATION ->
          Finish.CONTENT_FILTER;
      default -> calls.isEmpty() ? Finish.STOP : Finish.TOOL_CALLS; // a malformed call is none
    };
  }
}
