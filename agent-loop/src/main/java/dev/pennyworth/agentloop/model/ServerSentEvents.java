package dev.pennyworth.agentloop.model;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.function.Predicate;

/// Reads a stream of server-sent events.
///
/// Source: html.spec.whatwg.org, server-sent events. Only the data of an event is told: the
/// providers repeat its name in there.
final class ServerSentEvents {
  private static final String DATA = "data:";

  private ServerSentEvents() {}

  /// Hands over the data of each event, as it comes. Ends with the stream, or when the reader has
  /// seen enough.
  ///
  /// @param reader answers whether there is more to come
  static void read(InputStream stream, Predicate<String> reader) throws IOException {
    var lines = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8));
    var data = new StringBuilder();
    for (boolean isOpen = true; isOpen; ) {
      String line = lines.readLine();
      isOpen = line != null;
      if (line != null && line.startsWith(DATA)) {
        data.append(data.isEmpty() ? "" : "\n").append(line.substring(DATA.length()).strip());
      } else if ((line == null || line.isEmpty()) && !data.isEmpty()) {
        isOpen &= reader.test(data.toString());
        data.setLength(0);
      }
    }
  }
}
