package dev.pennyworth.botsapi;

import io.micronaut.web.router.Router;
import io.micronaut.web.router.UriRouteInfo;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Every route that a running server has, so that a test over all of them covers the next one too.
public final class TestingRoutes {
  private static final Pattern VARIABLE = Pattern.compile("\\{/?(\\w+)[^}]*}");

  private TestingRoutes() {}

  /// A route.
  ///
  /// @param template its path, such as `/api/bots/{id}`
  public record Route(String method, String template) {
    /// The names in the path, in their order.
    public List<String> variables() {
      return VARIABLE.matcher(template).results().map(found -> found.group(1)).toList();
    }

    /// The path with these values for its names.
    public String path(List<String> values) {
      var rest = new ArrayList<>(values);
      return VARIABLE
          .matcher(template)
          .replaceAll(_ -> Matcher.quoteReplacement(encoded(rest.removeFirst())));
    }

    /// The path with these values by `template variable`, or by `variable` alone.
    ///
    /// @throws IllegalStateException if one is missing: then say which id the new route takes
    public String path(Map<String, String> values) {
      return path(variables().stream().map(name -> value(values, name)).toList());
    }

    private String value(Map<String, String> values, String name) {
      var value = values.getOrDefault(template + " " + name, values.getOrDefault(name, ""));
      if (value.isEmpty()) {
        throw new IllegalStateException("which id is {%s} of %s?".formatted(name, template));
      }
      return value;
    }

    private static String encoded(String text) {
      return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    @Override
    public String toString() {
      return method + " " + template;
    }
  }

  /// All but those that the tests themselves bring.
  public static List<Route> all(TestingServer server) {
    return server
        .bean(Router.class)
        .uriRoutes()
        .map(TestingRoutes::route)
        .filter(route -> !route.template().startsWith("/testing/"))
        .distinct()
        .sorted(Comparator.comparing(Route::template).thenComparing(Route::method))
        .toList();
  }

  private static Route route(UriRouteInfo<?, ?> route) {
    // A query's variables stand behind the path.
    var template = route.getUriMatchTemplate().toString().replaceAll("\\{\\?[^}]*}", "");
    return new Route(route.getHttpMethodName(), template);
  }
}
