package dev.pennyworth.botsapi.dashboard;

import dev.pennyworth.connectors.HttpFailure;
import io.micronaut.http.HttpRequest;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Reads the forms that browsers send. There is no other way to a form's fields, so none is read
/// without its token.
final class Forms {
  /// The name of the token's field, which the layout writes into each form.
  static final String TOKEN = "form_token";

  private static final int FIELDS_MAX = 500;

  private final FormTokens tokens;

  Forms(FormTokens tokens) {
    this.tokens = tokens;
  }

  /// The form in a request's body.
  ///
  /// @throws HttpFailure 403 `wrong_form_token` if the form is not one that this browser was given
  Form read(HttpRequest<byte[]> request) {
    var form = Form.of(fields(request.getBody().orElse(new byte[0])));
    var isOurs =
        Browser.bound(request).filter(cookie -> tokens.isOf(cookie, form.value(TOKEN))).isPresent();
    if (!isOurs) {
      throw HttpFailure.forbidden(
          "wrong_form_token",
          "This form was made before you signed in or out, or on another site. Nothing was changed:"
              + " go back, load the page again and send it once more.");
    }
    return form;
  }

  private static Map<String, List<String>> fields(byte[] body) {
    var fields = new HashMap<String, List<String>>();
    // What is more than that is the last field's value.
    for (var pair : new String(body, StandardCharsets.UTF_8).split("&", FIELDS_MAX + 1)) {
      if (pair.isEmpty()) {
        continue;
      }
      int equals = pair.indexOf('=');
      var name = decoded(equals < 0 ? pair : pair.substring(0, equals));
      var value = decoded(equals < 0 ? "" : pair.substring(equals + 1));
      // Browsers send the ends of lines as two characters.
      fields.computeIfAbsent(name, _ -> new ArrayList<>()).add(value.replace("\r\n", "\n"));
    }
    return fields;
  }

  private static String decoded(String text) {
    try {
      return URLDecoder.decode(text, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException _) {
      throw HttpFailure.badRequest("malformed_form", "The form cannot be read.");
    }
  }
}
