package dev.pennyworth.botsapi.dashboard;

import dev.pennyworth.botsapi.bots.BotController;
import dev.pennyworth.botsapi.workspaces.JdbcWorkspaceRows;
import java.util.List;

/// What there is to choose in forms.
public final class Options {
  public static final List<Option> PLATFORMS =
      List.of(
          new Option("custom", "A program of my own"),
          new Option("telegram", "Telegram"),
          new Option("discord", "Discord"),
          new Option("slack", "Slack"),
          new Option("whatsapp", "WhatsApp"));

  public static final List<Option> PROVIDERS =
      List.of(
          new Option("anthropic", "Anthropic"),
          new Option("openai", "OpenAI"),
          new Option("gemini", "Google Gemini"),
          new Option("groq", "Groq"),
          new Option("workers-ai", "Cloudflare Workers AI"),
          new Option("custom", "A server of my own"),
          new Option("builtin", "Built in, to practise with"));

  public static final List<Option> BILLING_MODES =
      List.of(
          new Option("wallet", "The wallet"),
          new Option("byok", "I pay the provider, with my own key"),
          new Option("plan_quota", "The plan's credits and tokens"));

  public static final List<Option> ON_LIMIT =
      List.of(
          new Option("park", "Let messages wait until there is room"),
          new Option("stop", "Say so and end the turn"));

  public static final List<Option> TURN_STATUSES =
      List.of(
          new Option("", "all"),
          new Option("running", "running"),
          new Option("parked", "parked"),
          new Option("done", "done"),
          new Option("failed", "failed"));

  public static final List<Option> METHODS =
      List.of(
          new Option("GET", "GET"),
          new Option("POST", "POST"),
          new Option("PUT", "PUT"),
          new Option("PATCH", "PATCH"),
          new Option("DELETE", "DELETE"));

  private Options() {}

  /// A value, and how people read it.
  public record Option(String value, String label) {}

  /// Words of the API, read as people do.
  static List<Option> ofWords(List<String> words) {
    return words.stream().map(word -> new Option(word, Words.spoken(word))).toList();
  }

  /// A page of bots.
  static List<Option> of(BotController.Listing bots) {
    return bots.bots().stream().map(bot -> new Option(bot.id().toString(), bot.name())).toList();
  }

  /// A team's workspaces.
  public static List<Option> of(List<JdbcWorkspaceRows.WorkspaceView> workspaces) {
    return workspaces.stream().map(it -> new Option(it.id().toString(), it.name())).toList();
  }
}
