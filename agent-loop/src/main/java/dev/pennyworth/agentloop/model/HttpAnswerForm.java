package dev.pennyworth.agentloop.model;

import java.io.IOException;
import okhttp3.Interceptor;
import okhttp3.MediaType;
import okhttp3.Response;
import okhttp3.ResponseBody;
import okio.Buffer;
import okio.BufferedSource;
import okio.ForwardingSource;
import okio.Okio;
import okio.Source;

/// Tells a stream of events from a JSON document, and bounds both.
///
/// Servers that know no streaming answer a request for a stream with a document all the same, and
/// not all of them name either by its content type. The first byte that is no space does: a
/// document begins with a bracket, and no line of an event does.
final class HttpAnswerForm {
  private static final String CONTENT_TYPE = "content-type";
  private static final MediaType JSON = MediaType.get("application/json");
  private static final MediaType EVENTS = MediaType.get("text/event-stream");
  private static final int LEADING_SPACES_MAX = 1_024;

  private HttpAnswerForm() {}

  /// An application interceptor: waits for the first byte of a success, and sets the content type
  /// by it.
  static Response label(Interceptor.Chain chain) throws IOException {
    var response = chain.proceed(chain.request());
    if (!response.isSuccessful()) {
      return response;
    }
    try {
      var body = Okio.buffer(new Bounded(response.body().source()));
      var type = beginsWithBracket(body.peek()) ? JSON : EVENTS;
      return response
          .newBuilder()
          .header(CONTENT_TYPE, type.toString())
          .body(ResponseBody.create(body, type, -1))
          .build();
    } catch (IOException e) {
      response.close();
      throw e;
    }
  }

  /// Whether an answer that [#label] saw is a JSON document.
  static boolean isJson(Iterable<String> contentTypes) {
    for (String type : contentTypes) {
      return type.equals(JSON.toString());
    }
    return false;
  }

  private static boolean beginsWithBracket(BufferedSource body) throws IOException {
    for (int i = 0; i < LEADING_SPACES_MAX && !body.exhausted(); i++) {
      int point = body.readUtf8CodePoint();
      if (point != '\uFEFF' && !Character.isWhitespace(point)) {
        return point == '{' || point == '[';
      }
    }
    return false;
  }

  private static final class Bounded extends ForwardingSource {
    private long bytesLeft = HttpModelConnections.ANSWER_BYTES_MAX;

    private Bounded(Source source) {
      super(source);
    }

    @Override
    public long read(Buffer sink, long byteCount) throws IOException {
      long read = super.read(sink, byteCount);
      bytesLeft -= Math.max(read, 0);
      if (bytesLeft < 0) {
        throw new IOException(
            "the answer is longer than " + HttpModelConnections.ANSWER_BYTES_MAX + " bytes");
      }
      return read;
    }
  }
}
