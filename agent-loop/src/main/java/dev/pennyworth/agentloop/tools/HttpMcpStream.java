package dev.pennyworth.agentloop.tools;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.EOFException;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Queue;
import okhttp3.Response;
import okio.Buffer;
import okio.BufferedSource;
import okio.ForwardingSource;
import okio.Okio;
import okio.Source;

/// The messages of a response, one after the other as they arrive, up to a limit in size and
/// number.
final class HttpMcpStream {
  private static final long BYTES_MAX = 8 << 20;
  private static final int MESSAGES_MAX = 1_000;

  private final BufferedSource source;
  private final boolean isOfEvents;
  private final Queue<JsonNode> read = new ArrayDeque<>();
  private int messages;

  private HttpMcpStream(Response response, boolean isOfEvents) {
    this.source = Okio.buffer(new Limited(response.body().source()));
    this.isOfEvents = isOfEvents;
  }

  /// Of a body of `text/event-stream`.
  static HttpMcpStream ofEvents(Response response) {
    return new HttpMcpStream(response, true);
  }

  /// Of a body that is JSON.
  static HttpMcpStream ofBody(Response response) {
    return new HttpMcpStream(response, false);
  }

  /// The next message; waits for it.
  ///
  /// @throws EOFException if there is none
  JsonNode next() throws IOException {
    while (read.isEmpty()) {
      var text = isOfEvents ? event() : body();
      if (!text.isEmpty()) {
        parse(text);
      }
    }
    messages++;
    if (messages > MESSAGES_MAX) {
      throw new IOException("more than " + MESSAGES_MAX + " messages");
    }
    return read.remove();
  }

  private void parse(String text) throws IOException {
    try {
      read.addAll(McpMessages.read(text));
    } catch (JsonProcessingException _) {
      throw new IOException("not JSON"); // the cause would quote it
    }
  }

  private String body() throws IOException {
    if (source.exhausted()) {
      throw new EOFException();
    }
    return source.readUtf8();
  }

  /// The data of the next event, which ends at an empty line. Other fields are not needed.
  private String event() throws IOException {
    var data = new StringBuilder();
    while (true) {
      var line = source.readUtf8Line();
      if (line == null) {
        throw new EOFException();
      }
      if (line.isEmpty()) {
        return data.toString();
      }
      if (line.startsWith("data:")) {
        data.append(data.isEmpty() ? "" : "\n").append(line.substring("data:".length()).strip());
      }
    }
  }

  /// Ends with an exception when it has brought more than anybody needs.
  private static final class Limited extends ForwardingSource {
    private long bytes;

    private Limited(Source source) {
      super(source);
    }

    @Override
    public long read(Buffer sink, long byteCount) throws IOException {
      long more = super.read(sink, byteCount);
      bytes += Math.max(more, 0);
      if (bytes > BYTES_MAX) {
        throw new IOException("more than " + BYTES_MAX + " bytes");
      }
      return more;
    }
  }
}
