package dev.pennyworth.botsapi.bots;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pennyworth.agentloop.WorkspaceId;
import dev.pennyworth.billing.BillingMode;
import dev.pennyworth.billing.LimitKind;
import dev.pennyworth.billing.NanoUsd;
import dev.pennyworth.connectors.HttpFailure;
import dev.pennyworth.connectors.RequestBody;
import java.math.BigDecimal;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/// What an owner set for a bot, checked, with the defaults filled in. Secrets stand elsewhere.
///
/// @param workspaceId empty for the team's default workspace
/// @param maxTokensPerTurn output tokens per model call
public record BotDocument(
    String name,
    String platform,
    String systemPrompt,
    Optional<WorkspaceId> workspaceId,
    Optional<String> description,
    String llmProvider,
    String llmModel,
    LlmConfig llmConfig,
    BillingMode billingMode,
    int maxLoopIterations,
    int maxTokensPerTurn,
    int timeoutMs,
    int conversationMaxMessages,
    int conversationTtlHours,
    Optional<String> welcomeMessage,
    String fallbackMessage,
    String limitMessage,
    String onLimit,
    Optional<NanoUsd> approval,
    boolean mergeBursts,
    List<String> costUsers,
    int endUserMessagesPerMinute,
    ZoneId timezone,
    Map<LimitKind, NanoUsd> limits) {

  private static final BigDecimal TEMPERATURE_MAX = BigDecimal.TWO;
  private static final int MODEL_LENGTH_MAX = 200;
  private static final int MESSAGE_LENGTH_MAX = 4_000;
  private static final int URL_LENGTH_MAX = 2_000;
  private static final int COST_USERS_MAX = 100;

  public BotDocument {
    costUsers = List.copyOf(costUsers);
    limits = Map.copyOf(limits);
  }

  /// How the model is called.
  ///
  /// @param baseUrl of a `custom` provider
  /// @param lightModel for routine work; empty for the bot's model
  /// @param stepDownPercent the light model does all work once less than this share of a cap is
  ///   left; empty: never
  record LlmConfig(
      Optional<BigDecimal> temperature,
      Optional<URI> baseUrl,
      Optional<String> lightModel,
      OptionalInt stepDownPercent) {}

  /// A cap on a period, as HTTP writes it.
  public record SpendingCap(String period, NanoUsd cents) {}

  /// Reads and checks all fields.
  ///
  /// @throws HttpFailure 422, naming the first field that cannot be and what is allowed
  static BotDocument read(RequestBody body) {
    return read(body, limits(body));
  }

  /// Reads what a bot's row keeps. It was checked when it was written, so that a rule that is
  /// tightened later takes no bot away from its owner.
  ///
  /// @param limits as the bot's budgets have them
  static BotDocument stored(JsonNode settings, Map<LimitKind, NanoUsd> limits) {
    return read(RequestBody.stored(settings), limits);
  }

  private static BotDocument read(RequestBody body, Map<LimitKind, NanoUsd> limits) {
    String provider = body.choice("llm_provider", BotFields.PROVIDERS).orElse("anthropic");
    return new BotDocument(
        body.required("name", body.text("name", 1, 100)),
        body.required("platform", body.choice("platform", BotFields.PLATFORMS)),
        body.required("system_prompt", body.text("system_prompt", 1, 32_000)),
        workspace(body),
        body.text("description", 0, MESSAGE_LENGTH_MAX),
        provider,
        body.text("llm_model", 1, MODEL_LENGTH_MAX).orElse("claude-sonnet-4-6"),
        llmConfig(body, provider),
        body.choice("billing_mode", BotFields.BILLING_MODES)
            .flatMap(BillingMode::parse)
            .orElse(BillingMode.WALLET),
        whole(body, "max_loop_iterations", 1, 50, 10),
        whole(body, "max_tokens_per_turn", 1, 200_000, 8_192),
        whole(body, "timeout_ms", 1_000, 60_000, 30_000),
        whole(body, "conversation_max_messages", 2, 200, 20),
        whole(body, "conversation_ttl_hours", 1, 8_760, 24),
        body.text("welcome_message", 0, MESSAGE_LENGTH_MAX),
        body.text("fallback_message", 1, MESSAGE_LENGTH_MAX)
            .orElse("Sorry, I could not answer that. Please try again."),
        body.text("limit_message", 1, MESSAGE_LENGTH_MAX)
            .orElse("Bot has reached its spending limit."),
        body.choice("on_limit", List.of("stop", "park")).orElse("stop"),
        body.cents("approval_cents"),
        body.flag("merge_bursts").orElse(false),
        body.texts("cost_users", COST_USERS_MAX, MODEL_LENGTH_MAX),
        whole(body, "end_user_messages_per_minute", 1, 10_000, 20),
        zone(body),
        limits);
  }

  /// The caps on days, weeks and months, as HTTP writes them.
  List<SpendingCap> spendingCaps() {
    var caps = new ArrayList<SpendingCap>();
    for (var kind : List.of(LimitKind.DAY, LimitKind.WEEK, LimitKind.MONTH)) {
      limit(kind).ifPresent(limit -> caps.add(new SpendingCap(kind.word(), limit)));
    }
    return List.copyOf(caps);
  }

  Optional<NanoUsd> limit(LimitKind kind) {
    return Optional.ofNullable(limits.get(kind));
  }

  private static int whole(RequestBody body, String field, int min, int max, int otherwise) {
    return Math.toIntExact(body.integer(field, min, max).orElse(otherwise));
  }

  private static Optional<WorkspaceId> workspace(RequestBody body) {
    if (body.isStored()) {
      return body.text("workspace_id", 1, MODEL_LENGTH_MAX).flatMap(WorkspaceId::parse);
    }
    return body.text("workspace_id", 1, MODEL_LENGTH_MAX)
        .map(text -> WorkspaceId.parse(text).orElseThrow(() -> HttpFailure.notFound("workspace")));
  }

  private static LlmConfig llmConfig(RequestBody body, String provider) {
    var config = body.object("llm_config", BotFields.LLM_CONFIG);
    var baseUrl = config.flatMap(BotDocument::baseUrl);
    if (provider.equals("custom") && baseUrl.isEmpty() && !body.isStored()) {
      throw HttpFailure.invalidValue(
          "llm_config.base_url",
          "llm_config.base_url is required for llm_provider custom: where your model answers.",
          "an http or https URL");
    }
    if (!provider.equals("custom") && baseUrl.isPresent() && !body.isStored()) {
      throw HttpFailure.invalidValue(
          "llm_config.base_url", "llm_config.base_url is only for llm_provider custom.");
    }
    return new LlmConfig(
        config.flatMap(it -> it.decimal("temperature", BigDecimal.ZERO, TEMPERATURE_MAX)),
        baseUrl,
        config.flatMap(it -> it.text("light_model", 1, MODEL_LENGTH_MAX)),
        config
            .map(it -> it.integer("step_down_percent", 1, 99))
            .filter(OptionalLong::isPresent)
            .map(percent -> OptionalInt.of(Math.toIntExact(percent.getAsLong())))
            .orElse(OptionalInt.empty()));
  }

  private static Optional<URI> baseUrl(RequestBody config) {
    if (config.isStored()) {
      return config.text("base_url", 1, URL_LENGTH_MAX).flatMap(BotDocument::parse);
    }
    return config
        .text("base_url", 1, URL_LENGTH_MAX)
        .map(text ->
            parse(text)
                .filter(BotDocument::isPlain)
                .orElseThrow(() ->
                    config.invalid(
                        "base_url", "an http or https URL without a user, a query or a fragment")));
  }

  /// What stands behind the path would be shown to whoever reads the bot, and never be sent.
  private static boolean isPlain(URI url) {
    return ("http".equals(url.getScheme()) || "https".equals(url.getScheme()))
        && url.getHost() != null
        && url.getUserInfo() == null
        && url.getQuery() == null
        && url.getFragment() == null;
  }

  private static Optional<URI> parse(String text) {
    try {
      return Optional.of(new URI(text));
    } catch (URISyntaxException _) {
      return Optional.empty();
    }
  }

  private static ZoneId zone(RequestBody body) {
    var name = body.text("timezone", 1, 100).orElse("UTC");
    if (!ZoneId.getAvailableZoneIds().contains(name)) {
      if (body.isStored()) {
        return ZoneId.of("UTC");
      }
      throw body.invalid("timezone", "an IANA time zone such as UTC or Europe/Berlin");
    }
    return ZoneId.of(name);
  }

  private static Map<LimitKind, NanoUsd> limits(RequestBody body) {
    var limits = new EnumMap<LimitKind, NanoUsd>(LimitKind.class);
    body.cents("spending_cap_cents").ifPresent(cap -> limits.put(LimitKind.LIFETIME, cap));
    body.cents("max_cost_cents_per_message").ifPresent(cap -> limits.put(LimitKind.MESSAGE, cap));
    body.cents("end_user_daily_cents").ifPresent(cap -> limits.put(LimitKind.END_USER_DAY, cap));
    var periods = List.of("day", "week", "month");
    for (var cap : body.objects("spending_caps", periods.size(), BotFields.SPENDING_CAP)) {
      var kind = LimitKind.of(cap.required("period", cap.choice("period", periods)));
      if (limits.put(kind, cap.required("cents", cap.cents("cents"))) != null) {
        throw body.invalid("spending_caps", "a list with each period at most once");
      }
    }
    return limits;
  }
}
