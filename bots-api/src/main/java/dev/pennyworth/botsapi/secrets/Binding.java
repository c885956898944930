package dev.pennyworth.botsapi.secrets;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// What a sealed value belongs to, such as purpose, team, bot and field. Sealed for one binding, it
/// does not open for another: rows cannot be swapped.
public record Binding(List<String> parts) {
  public Binding {
    parts = List.copyOf(parts);
  }

  public static Binding of(String... parts) {
    return new Binding(List.of(parts));
  }

  /// Length-prefixed, so that no two lists of parts meet.
  byte[] bytes() {
    var bytes = new ByteArrayOutputStream();
    try (var out = new DataOutputStream(bytes)) {
      for (var part : parts) {
        byte[] text = part.getBytes(StandardCharsets.UTF_8);
        out.writeInt(text.length);
        out.write(text);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }
}
