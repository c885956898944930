package dev.pennyworth.agentloop.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import okhttp3.MediaType;
import okhttp3.Response;
import okhttp3.ResponseBody;
import okio.Buffer;
import okio.ForwardingSource;
import okio.Okio;
import okio.Source;

/// Makes of an answer what Google's SDK can read to its end.
///
/// The SDK reads one event ahead: where a stream breaks off it would lose the last event that came.
/// So a broken stream ends for it like any other, and what broke it is kept aside. And it knows
/// events only, while some servers answer with a document, or with a list of chunks.
final class HttpGeminiEvents {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final MediaType EVENTS = MediaType.get("text/event-stream");

  private HttpGeminiEvents() {}

  /// @param response labelled by [HttpAnswerForm]
  /// @param cut is told what broke the stream off
  static Response of(Response response, AtomicReference<IOException> cut) throws IOException {
    if (!HttpAnswerForm.isJson(response.headers("content-type"))) {
      var events = Okio.buffer(new Ending(response.body().source(), cut));
      return response.newBuilder().body(ResponseBody.create(events, EVENTS, -1)).build();
    }
    try (response) {
      return response
          .newBuilder()
          .body(ResponseBody.create(events(response.body().string()), EVENTS))
          .build();
    }
  }

  /// Nothing, if it is no JSON.
  private static String events(String document) {
    try {
      JsonNode tree = JSON.readTree(document);
      var events = new StringBuilder();
      for (var chunk : tree.isArray() ? tree : List.of(tree)) {
        events.append("data: ").append(chunk).append("\n\n");
      }
      return events.toString();
    } catch (JsonProcessingException _) {
      return "";
    }
  }

  private static final class Ending extends ForwardingSource {
    private final AtomicReference<IOException> cut;

    private Ending(Source source, AtomicReference<IOException> cut) {
      super(source);
      this.cut = cut;
    }

    @Override
    public long read(Buffer sink, long byteCount) {
      try {
        return cut.get() == null ? super.read(sink, byteCount) : -1;
      } catch (IOException e) {
        cut.set(e);
        return -1;
      }
    }
  }
}
