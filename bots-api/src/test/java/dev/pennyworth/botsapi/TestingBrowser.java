package dev.pennyworth.botsapi;

import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.regex.Pattern;

/// A browser without JavaScript: it keeps cookies and sends forms, and follows nothing by itself.
public final class TestingBrowser {
  private static final Pattern TOKEN = Pattern.compile("name=\"form_token\" value=\"([^\"]+)\"");

  private final TestingServer server;
  private final Map<String, String> cookies = new TreeMap<>();

  /// Nobody is signed in.
  public TestingBrowser(TestingServer server) {
    this.server = server;
  }

  /// The team's owner has signed in.
  public static TestingBrowser signedIn(TestingServer server, TestingTeam team) {
    var browser = new TestingBrowser(server);
    var answer =
        browser.post("/dashboard/sign-in", "email", team.email(), "password", TestingTeam.PASSWORD);
    if (answer.status() != 303) {
      throw new IllegalStateException("cannot sign in: " + answer.text());
    }
    return browser;
  }

  /// The same, looking at a team that its user is a member of.
  public TestingBrowser lookingAt(TestingTeam team) {
    post("/dashboard/switch-team", "team", team.id().toString());
    return this;
  }

  public Map<String, String> cookies() {
    return cookies;
  }

  /// The value of the session's cookie.
  public String session() {
    return Objects.requireNonNull(cookies.get("pennyworth_session"));
  }

  public TestingAnswer get(String path, String... headers) {
    return send(request(path, headers).GET().build());
  }

  /// Follows where an answer leads.
  public TestingAnswer follow(TestingAnswer answer) {
    return get(answer.header("Location").orElseThrow());
  }

  /// Sends a form with its token.
  ///
  /// @param fields names and values
  public TestingAnswer post(String path, String... fields) {
    return postAccepting("text/html", path, fields);
  }

  /// As a script sends a form.
  public TestingAnswer postAccepting(String type, String path, String... fields) {
    var all = new ArrayList<>(List.of(fields));
    all.addAll(List.of("form_token", token()));
    return send(type, path, all.toArray(String[]::new));
  }

  public TestingAnswer postWithoutToken(String path, String... fields) {
    return send("text/html", path, fields);
  }

  private TestingAnswer send(String type, String path, String... fields) {
    var body = new ArrayList<String>();
    for (int i = 0; i < fields.length; i += 2) {
      body.add(encoded(fields[i]) + "=" + encoded(fields[i + 1]));
    }
    return send(
        request(path, "Content-Type", "application/x-www-form-urlencoded", "Accept", type)
            .POST(BodyPublishers.ofString(String.join("&", body)))
            .build());
  }

  /// That every form of this browser carries.
  public String token() {
    var isIn = cookies.containsKey("pennyworth_session");
    var page = get(isIn ? "/dashboard" : "/dashboard/sign-in");
    var token = TOKEN.matcher(page.text());
    if (!token.find()) {
      throw new IllegalStateException("no form in " + page.text());
    }
    return token.group(1);
  }

  private HttpRequest.Builder request(String path, String... headers) {
    var request = HttpRequest.newBuilder(uri(path)).header("Accept", "text/html");
    if (!cookies.isEmpty()) {
      request.header(
          "Cookie",
          String.join(
              "; ",
              cookies.entrySet().stream().map(it -> it.getKey() + "=" + it.getValue()).toList()));
    }
    for (int i = 0; i < headers.length; i += 2) {
      request.setHeader(headers[i], headers[i + 1]);
    }
    return request;
  }

  private URI uri(String path) {
    return server.address().resolve(path);
  }

  private TestingAnswer send(HttpRequest request) {
    var answer = server.send(request);
    for (var cookie : answer.headers().allValues("Set-Cookie")) {
      var pair = cookie.substring(0, cookie.indexOf(';')).split("=", 2);
      if (pair[1].isEmpty()) {
        cookies.remove(pair[0]);
      } else {
        cookies.put(pair[0], pair[1]);
      }
    }
    return answer;
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
