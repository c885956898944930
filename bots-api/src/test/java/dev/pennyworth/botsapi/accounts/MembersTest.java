package dev.pennyworth.botsapi.accounts;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pennyworth.billing.JdbcWallets;
import dev.pennyworth.billing.NanoUsd;
import dev.pennyworth.billing.TeamId;
import dev.pennyworth.botsapi.TestingAnswer;
import dev.pennyworth.botsapi.TestingBot;
import dev.pennyworth.botsapi.TestingCrowd;
import dev.pennyworth.botsapi.TestingMember;
import dev.pennyworth.botsapi.TestingServer;
import dev.pennyworth.botsapi.TestingTeam;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Who joins a team, which team somebody means, and what is left to who has gone.
final class MembersTest {
  private static final String PASSWORD = "correct horse battery";

  private static TestingServer server;
  private TestingTeam team;

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
  }

  @Test
  void whoHasAnAccountJoinsAtOnce() {
    var other = server.register();

    var added = TestingMember.add(server, team, other.email(), "editor");

    assertThat(added.status()).isEqualTo(201);
    assertThat(added.json().path("id").textValue()).matches("usr_[0-9a-f]{32}");
    assertThat(added.json().path("status").textValue()).isEqualTo("active");
    assertThat(added.json().path("role").textValue()).isEqualTo("editor");
    assertThat(listed())
        .containsExactly(team.email() + " owner active", other.email() + " editor active");
    assertThat(
            server
                .get("/api/bots", other.accessToken(), "X-Team-Id", team.id().toString())
                .status())
        .isEqualTo(200);
  }

  @Test
  void whoHasNoneIsInvitedAndJoinsWhenHeRegistersBesidesATeamOfHisOwn() {
    var email = UUID.randomUUID() + "@example.com";
    var invited = TestingMember.add(server, team, email.toUpperCase(Locale.ROOT), "viewer");
    assertThat(invited.status()).isEqualTo(201);
    assertThat(invited.json().path("id").textValue()).matches("inv_[0-9a-f]{32}");
    assertThat(listed()).containsExactly(team.email() + " owner active", email + " viewer invited");

    var registered = credentials("register", email);

    assertThat(registered.status()).isEqualTo(201);
    var token = registered.json().path("access_token").textValue();
    assertThat(listed()).containsExactly(team.email() + " owner active", email + " viewer active");
    var teams = server.get("/api/teams", token).json().path("teams");
    assertThat(teams.findValuesAsText("id"))
        .containsExactlyInAnyOrder(
            team.id().toString(), registered.json().at("/team/id").textValue());
    assertThat(teams.findValuesAsText("role")).containsExactlyInAnyOrder("viewer", "owner");
    var personal = TeamId.parse(registered.json().at("/team/id").textValue()).orElseThrow();
    assertThat(server.bean(JdbcWallets.class).balance(personal).balance())
        .isEqualTo(NanoUsd.ofCents(500));
  }

  @Test
  void anInvitationIsOpenUntilItIsWithdrawnOrChanged() {
    var withdrawn = UUID.randomUUID() + "@example.com";
    var changed = UUID.randomUUID() + "@example.com";
    var first = TestingMember.add(server, team, withdrawn, "owner").json().path("id").textValue();
    var second = TestingMember.add(server, team, changed, "owner").json().path("id").textValue();

    assertThat(server.delete("/api/team/members/" + first, team.accessToken()).status())
        .isEqualTo(204);
    assertThat(setRole(second, "billing").json().path("status").textValue()).isEqualTo("invited");
    credentials("register", withdrawn);
    credentials("register", changed);

    assertThat(listed())
        .containsExactly(team.email() + " owner active", changed + " billing active");
    assertThat(server.delete("/api/team/members/" + first, team.accessToken()).status())
        .isEqualTo(404);
  }

  @Test
  void anInvitationThatWasMissedAtRegisteringIsTakenAtTheNextSignIn() {
    var other = server.register();
    var invitation =
        new JdbcInvitations.Invitation(
            new InvitationId(UUID.randomUUID()),
            team.id(),
            EmailAddress.parse(other.email()).orElseThrow(),
            Role.VIEWER,
            server.clock().instant());
    server
        .bean(Jdbi.class)
        .useTransaction(tx ->
            assertThat(new JdbcInvitations().insert(tx, invitation, new UserId(UUID.randomUUID())))
                .isTrue());

    assertThat(credentials("login", other.email()).status()).isEqualTo(200);

    assertThat(listed())
        .containsExactly(team.email() + " owner active", other.email() + " viewer active");
  }

  @Test
  void whereRegistrationIsClosedTheInvitedRegistersAndNobodyElse() {
    try (var closed =
        TestingServer.start(
            Map.of("PENNYWORTH_REGISTRATION", "closed", "PENNYWORTH_OWNER_PASSWORD", PASSWORD))) {
      var owner =
          closed
              .post("/api/auth/login", "", credentials("owner@localhost"))
              .json()
              .path("access_token")
              .textValue();
      var email = "new@example.com";
      assertThat(closed.post("/api/auth/register", "", credentials(email)).errorCode())
          .isEqualTo("registration_closed");

      closed.post("/api/team/members", owner, "{\"email\":\"" + email + "\",\"role\":\"viewer\"}");

      assertThat(closed.post("/api/auth/register", "", credentials(email)).status()).isEqualTo(201);
      assertThat(closed.post("/api/auth/register", "", credentials("x@example.com")).errorCode())
          .isEqualTo("registration_closed");
    }
  }

  @Test
  void theLastOwnerCanNeitherLeaveNorBeDemoted() {
    var own = "/api/team/members/" + ownerId();
    TestingMember.of(server, team, "billing");

    assertThat(server.delete(own, team.accessToken()).errorCode()).isEqualTo("last_owner");
    assertThat(setRole(ownerId(), "editor").errorCode()).isEqualTo("last_owner");
    assertThat(setRole(ownerId(), "owner").status()).isEqualTo(200);

    TestingMember.of(server, team, "owner");
    assertThat(setRole(ownerId(), "editor").status()).isEqualTo(200);
    assertThat(server.delete(own, team.accessToken()).status()).isEqualTo(204);
    assertThat(server.get("/api/bots", team.accessToken()).errorCode())
        .isEqualTo("membership_ended");
  }

  @Test
  void ownersWhoAllLeaveAtOnceLeaveOneBehind() {
    var owners = new ArrayList<TestingMember>();
    for (int i = 0; i < 6; i++) {
      owners.add(TestingMember.of(server, team, "owner"));
    }
    server.delete("/api/team/members/" + ownerId(), team.accessToken());

    var answers =
        TestingCrowd.atOnce(
            owners.size(),
            n -> owners.get(n).delete("/api/team/members/" + owners.get(n).id()).status());

    assertThat(answers).containsOnly(204, 409).containsOnlyOnce(409);
  }

  @Test
  void ofTwoOwnersWhoRemoveEachOtherAtOnceOneIsTooLate() {
    var owners = new ArrayList<TestingMember>();
    for (int i = 0; i < 10; i++) {
      owners.add(TestingMember.of(server, team, "owner"));
    }

    var answers =
        TestingCrowd.atOnce(
            owners.size(),
            n -> owners.get(n).delete("/api/team/members/" + owners.get(n ^ 1).id()).status());

    for (int n = 0; n < owners.size(); n += 2) {
      assertThat(answers.subList(n, n + 2)).containsOnlyOnce(204);
    }
  }

  @Test
  void aRemovedMembersTokenAndKeysStopAtTheNextRequest() {
    var member = TestingMember.of(server, team, "editor");
    var key = member.newKey().path("key").textValue();
    assertThat(server.get("/api/bots", key).status()).isEqualTo(200);
    assertThat(member.get("/api/bots").status()).isEqualTo(200);

    var removed = server.delete("/api/team/members/" + member.id(), team.accessToken());

    assertThat(removed.status()).isEqualTo(204);
    assertThat(server.get("/api/bots", key).status()).isEqualTo(401);
    assertThat(member.get("/api/bots").status()).isEqualTo(404);
    assertThat(member.get("/api/bots").errorCode()).isEqualTo("not_found");
    assertThat(server.get("/api/bots", member.own().accessToken()).status()).isEqualTo(200);
  }

  @Test
  void theKeysOfWhoWasRemovedStayDeadWhenHeComesBack() {
    var member = TestingMember.of(server, team, "editor");
    var key = member.newKey().path("key").textValue();
    server.delete("/api/team/members/" + member.id(), team.accessToken());

    TestingMember.add(server, team, member.own().email(), "editor");

    assertThat(member.get("/api/bots").status()).isEqualTo(200);
    assertThat(server.get("/api/bots", key).status()).isEqualTo(401);
  }

  @Test
  void everybodyMayLeave() {
    for (var role : List.of("billing", "editor", "viewer")) {
      var member = TestingMember.of(server, team, role);

      assertThat(member.delete("/api/team/members/" + member.id()).status()).isEqualTo(204);
      assertThat(member.get("/api/bots").status()).isEqualTo(404);
    }
  }

  @Test
  void aNewRoleCountsAtOnce() {
    var member = TestingMember.of(server, team, "viewer");
    assertThat(member.post("/api/bots", TestingBot.body("")).status()).isEqualTo(403);

    assertThat(setRole(member.id(), "editor").json().path("role").textValue()).isEqualTo("editor");

    assertThat(member.post("/api/bots", TestingBot.body("")).status()).isEqualTo(201);
    assertThat(member.patch("/api/team/members/" + member.id(), "{\"role\":\"owner\"}").status())
        .isEqualTo(403);
  }

  @Test
  void aRequestActsInTheTeamThatItNames() {
    var member = TestingMember.of(server, team, "editor");

    var theirs = member.post("/api/bots", TestingBot.body("\"name\":\"Theirs\"")).json();
    var own = server.post("/api/bots", member.own().accessToken(), TestingBot.body("")).json();

    assertThat(ids(member.get("/api/bots"), "bots")).containsExactly(theirs.path("id").textValue());
    assertThat(ids(server.get("/api/bots", member.own().accessToken()), "bots"))
        .containsExactly(own.path("id").textValue());
    assertThat(ids(server.get("/api/bots", team.accessToken()), "bots"))
        .containsExactly(theirs.path("id").textValue());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "garbage", "team_", "team_00000000000000000000000000000000"})
  void aTeamThatIsNotOnesOwnIsNotThere(String id) {
    var answer = server.get("/api/bots", team.accessToken(), "X-Team-Id", id);

    assertThat(answer.status()).isEqualTo(404);
    assertThat(answer.errorCode()).isEqualTo("not_found");
    assertThat(
            server
                .get(
                    "/api/bots", team.accessToken(), "X-Team-Id", server.register().id().toString())
                .status())
        .isEqualTo(404);
  }

  @Test
  void anApiKeyIsOfOneTeam() {
    var member = TestingMember.of(server, team, "editor");
    var key = member.newKey().path("key").textValue();

    assertThat(ids(server.get("/api/teams", key), "teams")).containsExactly(team.id().toString());
    assertThat(server.get("/api/bots", key, "X-Team-Id", team.id().toString()).status())
        .isEqualTo(200);
    assertThat(server.get("/api/bots", key, "X-Team-Id", member.own().id().toString()).status())
        .isEqualTo(404);
  }

  @Test
  void nobodyIsAddedTwice() {
    var email = UUID.randomUUID() + "@example.com";
    TestingMember.add(server, team, email, "viewer");

    assertThat(TestingMember.add(server, team, email, "viewer").errorCode())
        .isEqualTo("already_invited");
    assertThat(TestingMember.add(server, team, team.email(), "viewer").errorCode())
        .isEqualTo("already_member");
    assertThat(listed()).hasSize(2);
  }

  @Test
  void whatIsNoMemberIsRefused() {
    var token = team.accessToken();
    var path = "/api/team/members";

    assertThat(server.post(path, token, "{}").status()).isEqualTo(422);
    assertThat(server.post(path, token, "{\"email\":\"a@b.c\",\"role\":\"king\"}").status())
        .isEqualTo(422);
    assertThat(server.post(path, token, "{\"email\":\"x\",\"role\":\"owner\"}").status())
        .isEqualTo(422);
    assertThat(server.post(path, token, "{\"mail\":\"a@b.c\"}").errorCode())
        .isEqualTo("unknown_field");
    assertThat(setRole("usr_x", "viewer").status()).isEqualTo(404);
    assertThat(setRole(ownerId(), "king").status()).isEqualTo(422);
  }

  @Test
  void theSameIdempotencyKeyAddsOnce() {
    var body = "{\"email\":\"%s@example.com\",\"role\":\"viewer\"}".formatted(UUID.randomUUID());

    var first = server.post("/api/team/members", team.accessToken(), body, "Idempotency-Key", "k");
    var second = server.post("/api/team/members", team.accessToken(), body, "Idempotency-Key", "k");

    assertThat(first.status()).isEqualTo(201);
    assertThat(second.text()).isEqualTo(first.text());
    assertThat(listed()).hasSize(2);
  }

  @Test
  void membersAndTeamsAreReadPageByPage() {
    var member = TestingMember.of(server, team, "viewer");
    TestingMember.add(server, team, UUID.randomUUID() + "@example.com", "viewer");

    assertThat(pages("/api/team/members", "members", team.accessToken())).hasSize(3);
    assertThat(pages("/api/teams", "teams", member.own().accessToken()))
        .containsExactlyInAnyOrder(team.id().toString(), member.own().id().toString());
  }

  private List<String> pages(String path, String field, String token) {
    var ids = new ArrayList<String>();
    var cursor = "";
    do {
      var page = server.get(path + "?limit=1" + cursor, token);
      ids.addAll(ids(page, field));
      var next = page.json().path("next_cursor");
      cursor = next.isNull() ? "" : "&cursor=" + next.textValue();
    } while (!cursor.isEmpty());
    return ids;
  }

  private static List<String> ids(TestingAnswer answer, String field) {
    return answer.json().required(field).findValuesAsText("id");
  }

  private List<String> listed() {
    var list = new ArrayList<String>();
    server
        .get("/api/team/members", team.accessToken())
        .json()
        .required("members")
        .forEach(member ->
            list.add(
                "%s %s %s"
                    .formatted(
                        member.path("email").textValue(),
                        member.path("role").textValue(),
                        member.path("status").textValue())));
    return list;
  }

  private String ownerId() {
    for (var member :
        server.get("/api/team/members", team.accessToken()).json().required("members")) {
      if (member.path("email").textValue().equals(team.email())) {
        return member.path("id").textValue();
      }
    }
    throw new IllegalStateException("the owner is not in the list");
  }

  private TestingAnswer setRole(String id, String role) {
    return server.patch(
        "/api/team/members/" + id, team.accessToken(), "{\"role\":\"" + role + "\"}");
  }

  private static TestingAnswer credentials(String deed, String email) {
    return server.post("/api/auth/" + deed, "", credentials(email));
  }

  private static String credentials(String email) {
    return "{\"email\":\"%s\",\"password\":\"%s\"}".formatted(email, PASSWORD);
  }
}
