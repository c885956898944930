package dev.pennyworth.botsapi.workspaces;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.pennyworth.agentloop.SecretText;
import dev.pennyworth.connectors.HttpFailure;
import dev.pennyworth.connectors.RequestBody;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/// What a request says of headers: which to keep from now on, and which to forget.
///
/// @param forgetsAll whether those that are there go first
record HeaderChange(Map<String, SecretText> kept, List<String> forgotten, boolean forgetsAll) {
  static final int HEADERS_MAX = 20;

  private static final String FIELD = "headers";
  private static final int VALUE_LENGTH_MAX = 4_096;
  private static final Pattern NAME = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}");
  private static final Pattern VALUE = Pattern.compile("[\\x20-\\x7e]{1," + VALUE_LENGTH_MAX + "}");

  /// What the connection itself says: another value would break the request or lead it elsewhere.
  private static final Set<String> OF_THE_CONNECTION =
      Set.of(
          "host",
          "content-length",
          "transfer-encoding",
          "connection",
          "keep-alive",
          "proxy-authorization",
          "proxy-connection",
          "expect",
          "te",
          "trailer",
          "upgrade");

  HeaderChange {
    kept = Map.copyOf(kept);
    forgotten = List.copyOf(forgotten);
  }

  /// Reads `headers`. What is not named stays as it is; `null` forgets.
  ///
  /// @throws HttpFailure 422, naming the header but never its value
  static HeaderChange read(RequestBody body) {
    var headers = body.tree(FIELD).orElse(JsonNodeFactory.instance.objectNode());
    if (!headers.isObject() || headers.size() > HEADERS_MAX) {
      throw body.invalid(FIELD, "an object of at most %d headers".formatted(HEADERS_MAX));
    }
    var seen = new HashSet<String>();
    var kept = new TreeMap<String, SecretText>();
    var forgotten = new ArrayList<String>();
    for (var header : headers.properties()) {
      requireName(body, header.getKey(), seen);
      if (header.getValue().isNull()) {
        forgotten.add(header.getKey());
      } else {
        kept.put(header.getKey(), value(header.getKey(), header.getValue()));
      }
    }
    return new HeaderChange(kept, forgotten, body.clears(FIELD));
  }

  private static void requireName(RequestBody body, String name, Set<String> seen) {
    String lowerCase = name.toLowerCase(Locale.ROOT);
    if (!NAME.matcher(name).matches()) {
      throw body.invalid(FIELD, "named by tokens of 1 to 128 characters, such as Authorization");
    }
    if (OF_THE_CONNECTION.contains(lowerCase)) {
      throw HttpFailure.invalidValue(
          FIELD + "." + name, "The header %s is the connection's own.".formatted(name));
    }
    if (!seen.add(lowerCase)) {
      throw HttpFailure.invalidValue(
          FIELD + "." + name, "headers has %s twice; case makes no difference.".formatted(name));
    }
  }

  private static SecretText value(String name, JsonNode value) {
    boolean fits = value.isTextual() && VALUE.matcher(value.textValue()).matches();
    if (!fits || value.textValue().equals(SealedHeaders.HIDDEN)) {
      String allowed = "1 to %,d printable ASCII characters".formatted(VALUE_LENGTH_MAX);
      throw HttpFailure.invalidValue(
          FIELD + "." + name,
          "headers.%s must be %s; what reads show as *** stays if it is not named."
              .formatted(name, allowed),
          allowed);
    }
    return new SecretText(value.textValue());
  }
}
