package dev.pennyworth.agentloop.tools;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import okhttp3.MediaType;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/// What a response says, as text for a model.
final class HttpBodyText {
  /// Even at four bytes a character this is more than any result may have, so that what is cut here
  /// is seen to be cut.
  private static final int BYTES_READ_MAX = 128 << 10;

  private static final int CHARACTERS_OF_AN_ERROR_MAX = 2_000;

  private HttpBodyText() {}

  /// The text, or a description of what is no text. Reads no more than can be used.
  static String of(Response response) throws IOException {
    var type = response.body().contentType();
    if (!isText(type)) {
      long bytes = response.body().contentLength();
      return bytes == 0
          ? ""
          : "[%s%s: not text, and not shown]"
              .formatted(type, bytes > 0 ? ", " + bytes + " bytes" : "");
    }
    var source = response.body().source();
    source.request(BYTES_READ_MAX);
    var bytes =
        source.getBuffer().snapshot((int) Math.min(source.getBuffer().size(), BYTES_READ_MAX));
    var charset = type == null ? StandardCharsets.UTF_8 : type.charset(StandardCharsets.UTF_8);
    return bytes.string(charset == null ? StandardCharsets.UTF_8 : charset);
  }

  /// The beginning of what an error says.
  static String beginning(Response response) throws IOException {
    var text = of(response).strip();
    return text.length() <= CHARACTERS_OF_AN_ERROR_MAX
        ? text
        : ResultText.cut(text, CHARACTERS_OF_AN_ERROR_MAX) + " [cut]";
  }

  private static boolean isText(@Nullable MediaType type) {
    if (type == null || type.type().equals("text")) {
      return true;
    }
    var subtype = type.subtype();
    return type.type().equals("application")
        && (subtype.matches("json|xml|x-www-form-urlencoded|yaml|x-yaml|javascript|x-ndjson")
            || subtype.endsWith("+json")
            || subtype.endsWith("+xml"));
  }
}
