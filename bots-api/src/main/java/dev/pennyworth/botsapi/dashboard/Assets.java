package dev.pennyworth.botsapi.dashboard;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/// Everything that pages load besides themselves.
public final class Assets {
  private static final String OURS = "/dashboard/";
  private static final String WEBJARS = "/META-INF/resources/webjars/";
  private static final String SCRIPT = "text/javascript;charset=utf-8";

  private final Map<String, Asset> byName =
      List.of(
              Asset.of(
                  "app.css",
                  "text/css;charset=utf-8",
                  List.of(
                      OURS + "tokens.css",
                      OURS + "layout.css",
                      OURS + "components.css",
                      OURS + "pages.css")),
              Asset.of("app.js", SCRIPT, List.of(OURS + "app.js")),
              Asset.of("charts.js", SCRIPT, List.of(OURS + "charts.js")),
              Asset.of("icon.svg", "image/svg+xml", List.of(OURS + "icon.svg")),
              Asset.of("htmx.js", SCRIPT, List.of(WEBJARS + "htmx.org/2.0.10/dist/htmx.min.js")),
              Asset.of(
                  "chart.js", SCRIPT, List.of(WEBJARS + "chart.js/4.5.1/dist/chart.umd.min.js")))
          .stream()
          .collect(Collectors.toUnmodifiableMap(Asset::name, Function.identity()));

  Assets() {}

  /// The address of an asset, for a page.
  ///
  /// @throws IllegalArgumentException if there is none of this name
  public String path(String name) {
    return Optional.ofNullable(byName.get(name))
        .orElseThrow(() -> new IllegalArgumentException("no asset " + name))
        .path();
  }

  Optional<Asset> find(String hash, String name) {
    return Optional.ofNullable(byName.get(name)).filter(asset -> asset.hash().equals(hash));
  }
}
