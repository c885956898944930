package dev.pennyworth.botsapi.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pennyworth.botsapi.TestingAnswer;
import dev.pennyworth.botsapi.TestingBrowser;
import dev.pennyworth.botsapi.TestingMember;
import dev.pennyworth.botsapi.TestingServer;
import dev.pennyworth.botsapi.TestingTeam;
import java.util.UUID;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Members, keys, webhooks and the audit log as pages.
final class TeamPagesTest {
  private static TestingServer server;

  private TestingTeam team;
  private TestingBrowser browser;

  @BeforeAll
  static void start() {
    server = TestingServer.start();
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @BeforeEach
  void register() {
    team = server.register();
    browser = TestingBrowser.signedIn(server, team);
  }

  @Test
  void aMemberIsTakenInGetsAnotherRoleAndGoes() {
    var email = UUID.randomUUID() + "@example.com";
    var added = browser.post("/dashboard/team/add", "email", email, "role", "editor");
    assertThat(browser.follow(added).text()).contains(email, "invited", "Added.");
    var id = found("/dashboard/team/(inv_[0-9a-f]+)/role", browser.get("/dashboard/team"));

    browser.post("/dashboard/team/" + id + "/role", "role", "billing");
    assertThat(server.get("/api/team/members", team.accessToken()).text()).contains("\"billing\"");

    browser.post("/dashboard/team/" + id + "/remove");
    assertThat(browser.get("/dashboard/team").text()).doesNotContain(email);
  }

  @Test
  void whatTheTeamRefusesIsASentence() {
    var wrong = browser.post("/dashboard/team/add", "email", "nobody", "role", "editor");
    assertThat(wrong.status()).isEqualTo(422);
    assertThat(wrong.text()).contains("id=\"f-email-error\"", "value=\"nobody\"");
    var own = found("/dashboard/team/(usr_[0-9a-f]+)/role", browser.get("/dashboard/team"));

    var last = browser.post("/dashboard/team/" + own + "/remove");

    assertThat(last.status()).isEqualTo(409);
    assertThat(last.text()).contains("A team needs an owner.");
  }

  @Test
  void aViewerSeesNoButtonThatHeMayNotPressButMayLeave() {
    var viewer = TestingMember.of(server, team, "viewer");
    var own = TestingBrowser.signedIn(server, viewer.own()).lookingAt(team);

    var page = own.get("/dashboard/team").text();
    assertThat(page)
        .contains("Leave")
        .doesNotContain("/role\"", "/dashboard/team/add", "\"Remove ");
    assertThat(own.get("/dashboard/keys").text()).doesNotContain("Make a key");
    assertThat(own.get("/dashboard/ledger").status()).isEqualTo(403);

    var left = own.post("/dashboard/team/" + viewer.id() + "/remove");

    assertThat(left.status()).isEqualTo(303);
    assertThat(server.get("/api/team/members", team.accessToken()).text())
        .doesNotContain(viewer.id());
  }

  @Test
  void aKeyIsShownOnceWorksAndIsWithdrawn() {
    var made = browser.post("/dashboard/keys", "name", "The shop");
    var key = found("(pwk_[A-Za-z0-9_-]+)</code>", made);

    assertThat(made.header("Cache-Control")).contains("no-store");
    assertThat(made.header("Location")).isEmpty();
    assertThat(server.get("/api/balance", key).status()).isEqualTo(200);
    var list = browser.get("/dashboard/keys");
    assertThat(list.text()).contains("The shop").doesNotContain(key);
    var id = found("/dashboard/keys/(key_[0-9a-f]+)/withdraw", list);
    browser.post("/dashboard/keys/" + id + "/withdraw");
    assertThat(server.get("/api/balance", key).status()).isEqualTo(401);
  }

  @Test
  void aWebhookIsMadePingedDisabledAndDeleted() {
    var url = "https://192.0.43.8/in";
    var made =
        browser.post(
            "/dashboard/webhooks",
            "url",
            url,
            "events",
            "payment.succeeded",
            "events",
            "turn.parked");
    var secret = found("(whsec_[^<]+)</code>", made);
    assertThat(made.header("Location")).isEmpty();
    assertThat(made.header("Cache-Control")).contains("no-store");
    var list = browser.get("/dashboard/webhooks");
    assertThat(list.text()).contains(url, "2 kinds").doesNotContain(secret);
    var path = found("(/dashboard/webhooks/whe_[0-9a-f]+)\"", list);

    assertThat(browser.follow(browser.post(path + "/ping")).text()).contains("<code>ping</code>");
    browser.post(path);
    assertThat(browser.get(path).text()).contains("A member of the team disabled it.", "Enable");
    var refused = browser.post(path + "/ping");
    assertThat(refused.status()).isEqualTo(409);
    assertThat(refused.text()).contains("The webhook endpoint is disabled.");
    browser.post(path + "/delete");
    assertThat(browser.get(path).status()).isEqualTo(404);
  }

  @Test
  void aWebhookToNowhereIsRefusedAtItsField() {
    var answer = browser.post("/dashboard/webhooks", "url", "http://127.0.0.1/in");

    assertThat(answer.status()).isEqualTo(422);
    assertThat(answer.text()).contains("id=\"f-url-error\"", "value=\"http://127.0.0.1/in\"");
  }

  @Test
  void whatAnotherTeamHasIsNotThere() {
    browser.post("/dashboard/webhooks", "url", "https://192.0.43.8/in");
    browser.post("/dashboard/keys", "name", "ours");
    var path = found("(/dashboard/webhooks/whe_[0-9a-f]+)\"", browser.get("/dashboard/webhooks"));
    var key = found("/dashboard/keys/(key_[0-9a-f]+)/", browser.get("/dashboard/keys"));
    var member = found("/dashboard/team/(usr_[0-9a-f]+)/role", browser.get("/dashboard/team"));
    var other = TestingBrowser.signedIn(server, server.register());

    assertThat(other.get(path).status()).isEqualTo(404);
    assertThat(other.post(path, "enabled", "on").status()).isEqualTo(404);
    assertThat(other.post(path + "/ping").status()).isEqualTo(404);
    assertThat(other.post(path + "/delete").status()).isEqualTo(404);
    assertThat(other.post("/dashboard/keys/" + key + "/withdraw").status()).isEqualTo(404);
    assertThat(other.post("/dashboard/team/" + member + "/remove").status()).isEqualTo(404);
    assertThat(other.get("/dashboard/audit").text()).doesNotContain(key);
  }

  @Test
  void theAuditLogSaysWhoChangedWhatInDollars() {
    browser.post("/dashboard/billing/limits", "monthly_limit_cents", "12.50");

    var page = browser.get("/dashboard/audit?action=limits.changed");

    assertThat(page.text()).contains("Limits: changed", team.email(), "Monthly limit", "$12.50");
    assertThat(browser.get("/dashboard/audit?action=nothing").status()).isEqualTo(422);
  }

  private static String found(String pattern, TestingAnswer page) {
    var found = Pattern.compile(pattern).matcher(page.text());
    assertThat(found.find()).as(pattern + " in " + page.text()).isTrue();
    return found.group(1);
  }
}
