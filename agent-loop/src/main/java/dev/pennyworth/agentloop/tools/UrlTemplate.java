package dev.pennyworth.agentloop.tools;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// An address with places for arguments: `https://api.example.com/orders/{id}`.
///
/// An argument fills its place and nothing else: it cannot add a segment, climb up the path, or
/// change the host.
final class UrlTemplate {
  private static final Pattern PLACE = Pattern.compile("\\{([^{}]+)}");
  private static final Pattern AUTHORITY = Pattern.compile("^[a-zA-Z][a-zA-Z0-9+.-]*://[^/?#]*");

  private UrlTemplate() {}

  /// @param url filled in
  /// @param rest the arguments that had no place
  record Filled(String url, ObjectNode rest) {}

  /// Fills all places.
  static Filled fill(String template, ObjectNode arguments) throws ToolFailed {
    var authority = AUTHORITY.matcher(template);
    if (!authority.find() || authority.group().contains("{")) {
      throw new ToolFailed("The tool is set up wrongly: an argument may not stand in its host.");
    }
    var used = new HashSet<String>();
    var path = fill(template.substring(authority.end()), arguments, used);
    return new Filled(authority.group() + path, arguments.deepCopy().without(used));
  }

  private static String fill(String path, ObjectNode arguments, Set<String> used)
      throws ToolFailed {
    var filled = new StringBuilder();
    var place = PLACE.matcher(path);
    while (place.find()) {
      used.add(place.group(1));
      var value = encode(value(arguments, place.group(1)));
      place.appendReplacement(filled, Matcher.quoteReplacement(value));
    }
    place.appendTail(filled);
    refuseClimbing(path, filled.toString());
    return filled.toString();
  }

  private static String value(ObjectNode arguments, String name) throws ToolFailed {
    var value = arguments.path(name);
    var text = text(value);
    if (value.isMissingNode() || value.isNull() || text.isEmpty()) {
      throw new ToolFailed("The argument " + name + " is missing or empty.");
    }
    return text;
  }

  /// A value as it stands in an address.
  static String text(JsonNode value) {
    return value.isValueNode() ? value.asText() : value.toString();
  }

  private static void refuseClimbing(String template, String filled) throws ToolFailed {
    var segments = pathOf(filled).split("/", -1);
    var places = pathOf(template).split("/", -1);
    for (int i = 0; i < segments.length && i < places.length; i++) {
      boolean isDots = segments[i].matches("(?i)(\\.|%2e){1,2}");
      if (isDots && !segments[i].equals(places[i])) {
        throw new ToolFailed("An argument may not be “.” or “..”.");
      }
    }
  }

  private static String pathOf(String pathAndQuery) {
    return pathAndQuery.split("[?#]", 2)[0];
  }

  /// Everything but unreserved characters, so that nothing has a meaning of its own.
  static String encode(String text) {
    var encoded = new StringBuilder();
    for (byte each : text.getBytes(StandardCharsets.UTF_8)) {
      char character = (char) (each & 0xff);
      if (character < 0x80
          && (Character.isLetterOrDigit(character) || "-._~".indexOf(character) >= 0)) {
        encoded.append(character);
      } else {
        encoded.append('%').append("%02X".formatted((int) character));
      }
    }
    return encoded.toString();
  }
}
