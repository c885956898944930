package dev.pennyworth.botsapi;

import static org.assertj.core.api.Assertions.assertThat;

import com.deque.html.axecore.args.AxeRunOptions;
import com.deque.html.axecore.playwright.AxeBuilder;
import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.ScreenshotScale;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/// The machine's own Chromium, driven by Playwright through the machine's own node.
///
/// Where one of them is missing, its tests are skipped, and `./mvnw verify` says so in its last
/// lines; with `-Dtest.browser=required` they fail.
public final class TestingChromium implements AutoCloseable {
  private static final Path NOTE = Path.of("target/browser-tests-did-not-run.txt");
  private static final String MISSING =
      "The browser tests did not run: there is no Chromium or no node on the PATH. Install both, with Debian's `apt-get install chromium nodejs`.";
  private static final double PATIENCE_MILLIS = 15_000;

  private final Playwright playwright;
  private final Browser browser;
  private final List<BrowserContext> contexts = new ArrayList<>();

  private TestingChromium(Playwright playwright, Browser browser) {
    this.playwright = playwright;
    this.browser = browser;
  }

  /// Skips a class of tests where there is no browser: put on each that starts one.
  public static final class IsThere implements ExecutionCondition {
    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
      boolean isThere = chromium().isPresent() && node().isPresent();
      note(isThere);
      return isThere || "required".equals(System.getProperty("test.browser"))
          ? ConditionEvaluationResult.enabled("")
          : ConditionEvaluationResult.disabled(MISSING);
    }
  }

  public static TestingChromium start() {
    var chromium = chromium();
    var node = node();
    assertThat(chromium.isPresent() && node.isPresent()).as(MISSING).isTrue();
    var playwright =
        Playwright.create(
            new Playwright.CreateOptions()
                .setEnv(
                    Map.of(
                        "PLAYWRIGHT_NODEJS_PATH",
                        node.orElseThrow().toString(),
                        "PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD",
                        "1")));
    var browser =
        playwright
            .chromium()
            .launch(
                new BrowserType.LaunchOptions()
                    .setExecutablePath(chromium.orElseThrow())
                    .setArgs(List.of("--no-sandbox", "--disable-dev-shm-usage")));
    return new TestingChromium(playwright, browser);
  }

  private static Optional<Path> chromium() {
    return program("chromium", "chromium-browser", "google-chrome");
  }

  private static Optional<Path> node() {
    return program("node");
  }

  private static Optional<Path> program(String... names) {
    var folders = System.getenv().getOrDefault("PATH", "").split(Pattern.quote(File.pathSeparator));
    return Stream.of(names)
        .flatMap(name -> Stream.of(folders).map(folder -> Path.of(folder, name)))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /// For the last lines of the build, which a later one with a browser does not repeat.
  private static void note(boolean isThere) {
    try {
      if (isThere) {
        Files.deleteIfExists(NOTE);
      } else {
        Files.createDirectories(NOTE.getParent());
        Files.writeString(NOTE, MISSING);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Somebody who looks at a server: cookies of his own.
  public Page visitor(TestingServer server, int width, int height, ColorScheme scheme) {
    var context =
        browser.newContext(
            new Browser.NewContextOptions()
                .setBaseURL(server.address().toString())
                .setColorScheme(scheme)
                .setViewportSize(width, height));
    context.setDefaultTimeout(PATIENCE_MILLIS);
    contexts.add(context);
    return context.newPage();
  }

  public Page visitor(TestingServer server) {
    return visitor(server, 1280, 900, ColorScheme.LIGHT);
  }

  /// The same visitor, who has never been here: with his cookies, and nothing in his cache.
  public Page withoutCache(TestingServer server, Page page) {
    var context =
        browser.newContext(
            new Browser.NewContextOptions()
                .setBaseURL(server.address().toString())
                .setStorageState(page.context().storageState()));
    contexts.add(context);
    return context.newPage();
  }

  /// What axe-core finds on a page that keeps somebody from using it: serious or worse.
  public static List<String> barriers(Page page) {
    var options = new AxeRunOptions();
    options.setResultTypes(List.of("violations"));
    return new AxeBuilder(page)
            .setLegacyMode(true) // there are no frames, which it would open another page for
            .options(options)
            .analyze()
            .getViolations()
            .stream()
            .filter(
                rule -> "serious".equals(rule.getImpact()) || "critical".equals(rule.getImpact()))
            .map(rule -> rule.getId() + ": " + rule.getNodes().getFirst().getHtml())
            .toList();
  }

  /// Keeps a picture of a whole page in the build folder.
  public static void picture(Page page, String name) {
    page.screenshot(
        new Page.ScreenshotOptions()
            .setPath(Path.of("target/screenshots", name + ".png"))
            .setFullPage(true)
            .setScale(ScreenshotScale.CSS));
  }

  @Override
  public void close() {
    contexts.forEach(BrowserContext::close);
    browser.close();
    playwright.close();
  }
}
