package dev.pennyworth.botsapi.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pennyworth.agentloop.Eventually;
import dev.pennyworth.agentloop.TestingOpenAiServer;
import dev.pennyworth.botsapi.TestingAnswer;
import dev.pennyworth.botsapi.TestingBot;
import dev.pennyworth.botsapi.TestingMember;
import dev.pennyworth.botsapi.TestingServer;
import dev.pennyworth.botsapi.TestingTeam;
import dev.pennyworth.botsapi.events.TestingReceiver;
import dev.pennyworth.botsapi.workspaces.TestingTools;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// A shop that has used Pennyworth for a week: something real is on every page.
final class TestingShop implements AutoCloseable {
  private static final int DAYS = 6;
  private static final List<String> PEOPLE = List.of("Ada", "Grace", "Alan", "Edsger", "Barbara");
  private static final List<String> QUESTIONS =
      List.of(
          "When do you open on Saturday?",
          "Do you ship to Norway, and what does it cost?",
          "My parcel has not arrived yet. The order is A-1042.",
          "Can I bring back a coat without its receipt?",
          "Is the blue one still in stock in size 38?");
  private static final List<String> ANSWERS =
      List.of(
          "We open at ten on Saturdays and close at six.",
          "Yes. To Norway it is $12.00 for parcels up to 2 kg, and takes four to six working days."
              + " Duties are included.",
          "I have looked it up: A-1042 left our warehouse on Thursday and is with the carrier."
              + "\n\nIf it is not there by Monday, write to me again and I start a search.",
          "Within 30 days, yes. Without a receipt we need the card that you paid with.",
          "There are two left in size 38. Shall I put one aside for you?");

  final TestingServer server;
  final TestingTeam team;
  private final TestingOpenAiServer models = new TestingOpenAiServer();
  private final TestingTools tools = new TestingTools();
  private final TestingReceiver receiver = new TestingReceiver();
  private final Map<String, String> pages = new LinkedHashMap<>();
  private int events;

  TestingShop() {
    var variables = new HashMap<>(TestingServer.OWNER_PASSWORD);
    variables.put("OPENAI_BASE_URL", models.baseUrl().toString());
    variables.put("OPENAI_API_KEY", "sk-pooled");
    variables.put("PENNYWORTH_ALLOW_PRIVATE_NETWORKS", "true");
    server = TestingServer.start(variables);
    var owner = server.operator();
    var key = server.post("/api/keys", owner.accessToken(), "{\"name\":\"Shop server\"}").json();
    // A key outlives the days that pass here.
    team = new TestingTeam(owner.id(), owner.email(), key.path("key").textValue(), "");
    live();
  }

  /// Where its pages are, by their names.
  Map<String, String> pages() {
    return pages;
  }

  String page(String name) {
    return String.valueOf(pages.get(name));
  }

  private void live() {
    deposit("2500");
    var workspace = equip();
    var helper =
        bot(
            "Shop helper",
            "gpt-4o-mini",
            "\"spending_cap_cents\":2000,\"spending_caps\":[{\"period\":\"day\",\"cents\":3}],");
    var returns = bot("Returns desk", "gpt-4o", "\"spending_cap_cents\":500,");
    var porter = TestingBot.active(server, team, "\"name\":\"Night porter\"");
    for (int day = 0; day < DAYS; day++) {
      trade(helper, returns, day);
      server.clock().advance(Duration.ofHours(24));
    }
    porter.test("Is anybody there?");
    var called = callTool(helper);
    var approving = park();
    var endpoint = tellPrograms();
    meet();
    for (var section : Section.values()) {
      pages.put(section.name().toLowerCase(Locale.ROOT), section.path());
    }
    pages.put("tools-workspace", "/dashboard/tools/" + workspace);
    pages.put("webhook", "/dashboard/webhooks/" + endpoint);
    pages.put("ledger-deposits", "/dashboard/ledger?kind=deposit&verify=yes");
    pages.put("usage-people", "/dashboard/usage?group_by=end_user");
    pages.put(
        "models-estimate", "/dashboard/models?llm_model=openai%2Fgpt-4o&messages_per_day=200");
    pages.put("bot-new", "/dashboard/bots/new");
    for (var tab : BotTab.values()) {
      pages.put("bot-" + tab.word(), path(helper) + tab.word());
    }
    var talks = helper.get("/conversations").json().path("conversations");
    pages.put("bot-conversation", page("bot-conversations") + "/" + talks.at("/2/id").textValue());
    pages.put("bot-turn", page("bot-turns") + "/" + called);
    pages.put("bot-turn-waits", approving);
    for (var platform : List.of("telegram", "discord", "slack", "whatsapp")) {
      pages.put("platform-" + platform, path(of(platform)) + "platform");
    }
    pages.put("not-found", "/dashboard/bots/nobodys");
  }

  private static String path(TestingBot bot) {
    return "/dashboard/bots/" + bot.id() + "/";
  }

  private TestingBot bot(String name, String model, String fields) {
    return TestingBot.active(
        server,
        team,
        fields
            + """
            "name":"%s","llm_provider":"openai","llm_model":"%s","on_limit":"park",
            "system_prompt":"You are %s of a clothes shop. Be brief and friendly."
            """
                .formatted(name, model, name));
  }

  /// Made, and not yet connected.
  private TestingBot of(String platform) {
    var config =
        platform.equals("slack")
            ? ",\"platform_config\":{\"bot_token\":\"xoxb-1\",\"signing_secret\":\"%s\"}"
                .formatted("8f742231b10e8888abcd99yyyzzz85a5")
            : "";
    return TestingBot.draft(
        server,
        team,
        "\"name\":\"Shop on %s\",\"platform\":\"%s\"%s"
            .formatted(Words.platform(platform), platform, config));
  }

  private void deposit(String cents) {
    var made = post("/api/balance/deposit", "{\"amount_cents\":" + cents + "}");
    server.send(
        HttpRequest.newBuilder(URI.create(made.json().path("checkout_url").textValue()))
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(BodyPublishers.noBody())
            .build());
  }

  private String equip() {
    var workspace = first("/api/workspaces", "workspaces");
    var path = "/api/workspaces/" + workspace;
    post(
        path + "/tools",
        """
        {"name":"find_order","description":"Finds an order and says where it is.","url":"%s",
         "price_cents":0.5,"headers":{"Authorization":"Bearer open"},
         "parameters":{"type":"object","properties":{"id":{"type":"string"}}}}
        """
            .formatted(tools.url("/orders/{id}")));
    post(
        path + "/tools",
        """
        {"name":"weather","description":"Tells the weather of a city.","enabled":false,
         "url":"https://weather.example.com/v1/cities/{city}/forecast",
         "parameters":{"type":"object","properties":{"city":{"type":"string"}}}}
        """);
    post(
        path + "/mcp-servers",
        "{\"name\":\"stock\",\"url\":\"%s\",\"headers\":{\"Authorization\":\"Bearer open\"}}"
            .formatted(tools.url("/mcp")));
    post("/api/workspaces", "{\"name\":\"Back office\"}");
    return workspace;
  }

  /// A day of it: some more people than the day before.
  private void trade(TestingBot helper, TestingBot returns, int day) {
    for (int i = 0; i <= day + 1; i++) {
      int n = (day + i) % QUESTIONS.size();
      answer(n, Duration.ofMillis(700 + 230L * n));
      say(i % 3 == 2 ? returns : helper, PEOPLE.get(i % PEOPLE.size()), QUESTIONS.get(n));
    }
  }

  /// The model takes its time.
  private void answer(int n, Duration time) {
    models.replies(_ -> {
      server.clock().advance(time);
      return TestingOpenAiServer.completion(ANSWERS.get(n), 1_200 + 340L * n, 60 + 25L * n);
    });
  }

  private void say(TestingBot bot, String person, String text) {
    var answer =
        bot.receive(
            """
            {"text":"%s","user_id":"%s","user_name":"%s","channel_id":"web","event_id":"e%d"}
            """
                .formatted(text, person.toLowerCase(Locale.ROOT), person, ++events));
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
  }

  /// @return the turn
  private String callTool(TestingBot bot) {
    var asked =
        TestingOpenAiServer.toolCalls(Map.of("find_order", "{\"id\":\"A-1042\"}"), 1_900, 40);
    models.replies(request -> {
      server.clock().advance(Duration.ofMillis(840));
      return request.text().contains("on its way")
          ? TestingOpenAiServer.completion(ANSWERS.get(2), 2_100, 70)
          : asked;
    });
    return bot.test(QUESTIONS.get(2)).json().path("turn_id").textValue();
  }

  /// Turns that wait: one for its cap, one for an approval.
  ///
  /// @return the page of the second
  private String park() {
    models.reply(TestingOpenAiServer.completion(ANSWERS.get(1), 900, 60));
    var clerk = bot("Invoice clerk", "gpt-4o", "\"spending_cap_cents\":0,");
    say(clerk, "Grace", "Send me the invoice of March, please.");
    var buyer = bot("Buyer", "gpt-4o", "\"approval_cents\":0.01,");
    say(buyer, "Alan", "Order forty blue coats in all sizes.");
    var turns = buyer.get("/turns?status=parked").json();
    return path(buyer) + "turns/" + turns.at("/turns/0/id").textValue();
  }

  /// @return the webhook endpoint with a log
  private String tellPrograms() {
    var made = post("/api/webhook-endpoints", "{\"url\":\"" + receiver.url() + "\"}");
    var id = made.json().path("id").textValue();
    var path = "/api/webhook-endpoints/" + id;
    post(path + "/test", "{}");
    awaitDeliveries(path, "delivered", 1);
    receiver.answer(TestingReceiver.Answer.status(503));
    post(path + "/test", "{}");
    awaitDeliveries(path, "503", 1);
    post(
        "/api/webhook-endpoints",
        "{\"url\":\"https://192.0.43.8/hooks\",\"events\":[\"payment.*\",\"turn.parked\"]}");
    return id;
  }

  private void awaitDeliveries(String path, String word, int count) {
    Eventually.holds(
        word + " is in the log",
        () -> get(path + "/deliveries").text().split(word, -1).length > count);
  }

  private void meet() {
    assertThat(TestingMember.add(server, team, "grace@example.com", "billing").status())
        .isEqualTo(201);
    server.post(
        "/api/auth/register",
        "",
        "{\"email\":\"ellen@example.com\",\"password\":\"%s\"}".formatted(TestingTeam.PASSWORD));
    assertThat(TestingMember.add(server, team, "ellen@example.com", "editor").status())
        .isEqualTo(201);
    post("/api/keys", "{\"name\":\"Till in the shop\"}");
    server.put(
        "/api/billing/limits",
        team.accessToken(),
        "{\"monthly_limit_cents\":4000,\"alert_percents\":[50,80,100]}");
  }

  private String first(String path, String list) {
    return get(path).json().path(list).path(0).path("id").textValue();
  }

  private TestingAnswer get(String path) {
    return server.get(path, team.accessToken());
  }

  private TestingAnswer post(String path, String json) {
    var answer = server.post(path, team.accessToken(), json);
    assertThat(answer.status()).as(answer.text()).isBetween(200, 299);
    return answer;
  }

  @Override
  public void close() {
    server.close();
    models.close();
    tools.close();
    receiver.close();
  }
}
