package dev.pennyworth.connectors;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.pennyworth.agentloop.CleanText;
import dev.pennyworth.billing.NanoUsd;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/// The JSON object of a request, read field by field. Each reader refuses what does not fit with a
/// failure that names the field and what is allowed.
///
/// A field that is missing and one that is `null` read the same, except by [#names] and [#clears]:
/// a PATCH needs the difference.
public final class RequestBody {
  private static final int SHOWN_NAME_LENGTH_MAX = 100;
  private static final BigDecimal CENTS_MAX = new BigDecimal("900000000000");

  private final JsonNode object;
  private final String path;
  private final boolean isStored;

  private RequestBody(JsonNode object, String path, boolean isStored) {
    this.object = object;
    this.path = path;
    this.isStored = isStored;
  }

  /// Reads an object that was checked when it was stored. Rules may be tighter by now, and what was
  /// stored still works: nothing is refused but what is required and missing. Numbers are drawn to
  /// the nearest that is allowed, so that the program may rely on them; texts stay as they are;
  /// what has another kind than it should reads as missing.
  public static RequestBody stored(JsonNode object) {
    return new RequestBody(object, "", true);
  }

  /// Whether it was checked before, by rules that may have been others.
  public boolean isStored() {
    return isStored;
  }

  /// Reads a body.
  ///
  /// @param known every field that somebody will read; any other is refused
  /// @throws HttpFailure 400 `malformed_json` or `unknown_field`
  public static RequestBody read(Json json, byte[] body, Collection<String> known) {
    return checked(parse(json, body), "", known);
  }

  /// As [#read], but fields that nobody reads are let pass: for callers who follow another's
  /// specification, which grows.
  public static RequestBody readOpen(Json json, byte[] body) {
    return new RequestBody(parse(json, body), "", false);
  }

  /// As [#read], but an empty body is an empty object.
  public static RequestBody readOptional(Json json, byte[] body, Collection<String> known) {
    return body.length == 0
        ? new RequestBody(JsonNodeFactory.instance.objectNode(), "", false)
        : read(json, body, known);
  }

  private static JsonNode parse(Json json, byte[] body) {
    try {
      var tree = json.read(body);
      if (tree.isObject()) {
        return tree;
      }
    } catch (IOException _) {
      // The parser's text names classes and offsets; the answer below says what people can use.
      throw HttpFailure.malformedJson(
          "The body is not valid JSON, repeats a field, is nested too deep or has a number out of all"
              + " proportion.");
    }
    throw HttpFailure.malformedJson("The body must be a JSON object, such as {\"name\": \"…\"}.");
  }

  private static RequestBody checked(JsonNode object, String path, Collection<String> known) {
    for (var field : object.properties()) {
      if (!known.contains(field.getKey())) {
        var shown = field.getKey();
        throw HttpFailure.unknownField(
            path + shown.substring(0, Math.min(shown.length(), SHOWN_NAME_LENGTH_MAX)), known);
      }
    }
    return new RequestBody(object, path, false);
  }

  /// Whether the field is there, `null` included.
  public boolean names(String field) {
    return object.has(field);
  }

  /// Whether the field is there and `null`.
  public boolean clears(String field) {
    return object.path(field).isNull();
  }

  /// A text of `min` to `max` characters, each of which a database can keep.
  public Optional<String> text(String field, int min, int max) {
    if (isStored) {
      return value(field).filter(JsonNode::isTextual).map(JsonNode::textValue);
    }
    return sized(field, min, max)
        .map(text -> {
          if (!CleanText.of(text).equals(text)) {
            throw invalid(field, "a text without NUL and without halves of characters");
          }
          return text;
        });
  }

  /// What a person wrote: a message is not lost for a character that nobody can keep; that one is
  /// replaced.
  public Optional<String> chat(String field, int max) {
    return sized(field, 1, max).map(CleanText::of);
  }

  private Optional<String> sized(String field, int min, int max) {
    var allowed = "a text of %,d to %,d characters".formatted(min, max);
    return value(field)
        .map(node -> {
          if (!node.isTextual()) {
            throw invalid(field, allowed);
          }
          var text = node.textValue();
          int length = text.codePointCount(0, text.length());
          if (length < min || length > max) {
            throw invalid(field, allowed);
          }
          return text;
        });
  }

  /// A whole number.
  public OptionalLong integer(String field, long min, long max) {
    var node = value(field);
    if (node.isEmpty()) {
      return OptionalLong.empty();
    }
    var number = node.get();
    if (isStored) {
      return number.isIntegralNumber() && number.canConvertToLong()
          ? OptionalLong.of(Math.clamp(number.longValue(), min, max))
          : OptionalLong.empty();
    }
    boolean fits =
        number.isIntegralNumber()
            && number.canConvertToLong()
            && number.longValue() >= min
            && number.longValue() <= max;
    if (!fits) {
      throw invalid(field, "a whole number from %,d to %,d".formatted(min, max));
    }
    return OptionalLong.of(number.longValue());
  }

  /// A number, exactly as written.
  public Optional<BigDecimal> decimal(String field, BigDecimal min, BigDecimal max) {
    if (isStored) {
      return value(field)
          .filter(JsonNode::isNumber)
          .map(node -> node.decimalValue().max(min).min(max));
    }
    return value(field)
        .map(node -> {
          var number = node.isNumber() ? node.decimalValue() : null;
          if (number == null || number.compareTo(min) < 0 || number.compareTo(max) > 0) {
            throw invalid(
                field,
                "a number from %s to %s".formatted(min.toPlainString(), max.toPlainString()));
          }
          return number;
        });
  }

  /// Cents as money: a number that is not negative, with up to 7 fraction digits.
  public Optional<NanoUsd> cents(String field) {
    return cents(field, BigDecimal.ZERO, CENTS_MAX);
  }

  /// Cents as money: a number with up to 7 fraction digits.
  public Optional<NanoUsd> cents(String field, BigDecimal min, BigDecimal max) {
    return decimal(field, min, max)
        .map(number ->
            NanoUsd.parseCents(number.toPlainString())
                .orElseThrow(() -> invalid(field, "cents with at most 7 digits after the point")));
  }

  public Optional<Boolean> flag(String field) {
    return value(field)
        .map(node -> {
          if (!node.isBoolean()) {
            throw invalid(field, "true or false");
          }
          return node.booleanValue();
        });
  }

  /// One of a few words.
  public Optional<String> choice(String field, List<String> words) {
    if (isStored) {
      return value(field).filter(JsonNode::isTextual).map(JsonNode::textValue);
    }
    return value(field)
        .map(node -> {
          if (!node.isTextual() || !words.contains(node.textValue())) {
            throw HttpFailure.invalidValue(
                path + field,
                "%s must be one of: %s.".formatted(path + field, String.join(", ", words)),
                words);
          }
          return node.textValue();
        });
  }

  /// An object inside, with its own known fields.
  public Optional<RequestBody> object(String field, Collection<String> known) {
    if (isStored) {
      return value(field)
          .filter(JsonNode::isObject)
          .map(node -> new RequestBody(node, path + field + ".", true));
    }
    return value(field)
        .map(node -> {
          if (!node.isObject()) {
            throw invalid(field, "an object");
          }
          return checked(node, path + field + ".", known);
        });
  }

  /// A list of objects inside, each with the same known fields. Empty if the field is missing.
  public List<RequestBody> objects(String field, int countMax, Collection<String> known) {
    var allowed = "a list of at most %,d objects".formatted(countMax);
    var list = new ArrayList<RequestBody>();
    for (var element : list(field, countMax, allowed)) {
      if (!element.isObject()) {
        throw invalid(field, allowed);
      }
      list.add(checked(element, "%s%s[%d].".formatted(path, field, list.size()), known));
    }
    return List.copyOf(list);
  }

  /// A list of texts inside. Empty if the field is missing.
  public List<String> texts(String field, int countMax, int lengthMax) {
    var allowed =
        "a list of at most %,d texts of 1 to %,d characters".formatted(countMax, lengthMax);
    var list = new ArrayList<String>();
    for (var element : list(field, countMax, allowed)) {
      if (!element.isTextual()
          || element.textValue().isEmpty()
          || element.textValue().length() > lengthMax) {
        throw invalid(field, allowed);
      }
      list.add(element.textValue());
    }
    return List.copyOf(list);
  }

  /// A list of whole numbers inside. Empty if the field is missing.
  public List<Integer> integers(String field, int countMax, int min, int max) {
    var allowed =
        "a list of at most %,d whole numbers from %,d to %,d".formatted(countMax, min, max);
    var list = new ArrayList<Integer>();
    for (var element : list(field, countMax, allowed)) {
      boolean fits =
          element.isIntegralNumber()
              && element.canConvertToInt()
              && element.intValue() >= min
              && element.intValue() <= max;
      if (!fits) {
        throw invalid(field, allowed);
      }
      list.add(element.intValue());
    }
    return List.copyOf(list);
  }

  private Iterable<JsonNode> list(String field, int countMax, String allowed) {
    var node = value(field);
    if (node.isEmpty()) {
      return List.of();
    }
    if (!node.get().isArray() || node.get().size() > countMax) {
      throw invalid(field, allowed);
    }
    return node.get();
  }

  /// Whatever JSON the field holds, unchecked.
  public Optional<JsonNode> tree(String field) {
    return value(field);
  }

  /// What a reader found, or a refusal that the field is required.
  public <T> T required(String field, Optional<T> found) {
    return found.orElseThrow(
        () -> HttpFailure.invalidValue(path + field, path + field + " is required."));
  }

  /// The failure of a value that does not fit.
  public HttpFailure invalid(String field, String allowed) {
    return HttpFailure.invalidValue(
        path + field, "%s must be %s.".formatted(path + field, allowed), allowed);
  }

  private Optional<JsonNode> value(String field) {
    return Optional.ofNullable(object.get(field)).filter(node -> !node.isNull());
  }
}
