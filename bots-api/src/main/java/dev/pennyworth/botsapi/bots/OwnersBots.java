package dev.pennyworth.botsapi.bots;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pennyworth.agentloop.LocalModels;
import dev.pennyworth.agentloop.SecretText;
import dev.pennyworth.agentloop.WorkspaceId;
import dev.pennyworth.billing.BillingMode;
import dev.pennyworth.billing.BotId;
import dev.pennyworth.billing.JdbcBudgets;
import dev.pennyworth.billing.JdbcPrices;
import dev.pennyworth.billing.TeamId;
import dev.pennyworth.botsapi.accounts.Caller;
import dev.pennyworth.botsapi.http.PublicUrl;
import dev.pennyworth.connectors.HttpFailure;
import dev.pennyworth.connectors.WebhookBot;
import java.security.SecureRandom;
import java.text.Normalizer;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.jdbi.v3.core.Handle;

/// What owners do with their bots. Every method that writes joins the caller's transaction.
public final class OwnersBots {
  private static final int SLUG_LENGTH_MAX = 60;
  private static final int SLUG_TRIES_MAX = 10_000;
  private static final int WEBHOOK_SECRET_BYTES = 32;

  private final JdbcBots bots;
  private final JdbcBotSecrets secrets;
  private final JdbcBotFigures figures;
  private final JdbcBudgets budgets;
  private final JdbcPrices prices;
  private final LocalModels localModels;
  private final BotJson json;
  private final PublicUrl publicUrl;
  private final JdbcBotAudit audit;
  private final InstantSource clock;
  private final Supplier<UUID> ids;
  private final SecureRandom random;

  OwnersBots(
      JdbcBots bots,
      JdbcBotSecrets secrets,
      JdbcBotFigures figures,
      JdbcBudgets budgets,
      JdbcPrices prices,
      LocalModels localModels,
      BotJson json,
      PublicUrl publicUrl,
      JdbcBotAudit audit,
      InstantSource clock,
      Supplier<UUID> ids,
      SecureRandom random) {
    this.bots = bots;
    this.secrets = secrets;
    this.figures = figures;
    this.budgets = budgets;
    this.prices = prices;
    this.localModels = localModels;
    this.json = json;
    this.publicUrl = publicUrl;
    this.audit = audit;
    this.clock = clock;
    this.ids = ids;
    this.random = random;
  }

  /// Makes a bot from a request's body. A custom bot gets a webhook secret, shown in this answer
  /// only.
  ///
  /// @throws HttpFailure naming what is wrong with the body
  BotView create(Handle tx, Caller caller, byte[] body) {
    var team = caller.team();
    var request = json.request(body);
    var whole = json.created(body);
    var document = json.read(whole);
    var asked = BotSecrets.read(request, document.platform());
    check(tx, team, document, asked.kept().containsKey(BotSecrets.LLM_API_KEY));
    var bot = insert(tx, team, document, json.stored(whole));
    budgets.setLimits(tx, team, bot, document.limits());
    Optional<SecretText> webhookSecret =
        document.platform().equals("custom") ? Optional.of(newSecret()) : Optional.empty();
    secrets.write(
        tx,
        team,
        bot,
        webhookSecret.map(secret -> asked.with(BotSecrets.WEBHOOK_SECRET, secret)).orElse(asked));
    audit.created(tx, caller, require(tx, team, bot));
    return view(tx, team, bot, webhookSecret);
  }

  /// @throws HttpFailure 404
  BotView read(Handle handle, TeamId team, BotId bot) {
    return view(handle, team, bot, Optional.empty());
  }

  /// Changes what the body names; `null` clears.
  ///
  /// @throws HttpFailure 403, 404, or naming what is wrong with the body
  BotView patch(Handle tx, Caller caller, BotId bot, byte[] body) {
    var team = caller.team();
    var request = json.request(body);
    SpendingRoles.requireFields(caller, request);
    var before = bots.lock(tx, team, bot).orElseThrow(() -> HttpFailure.notFound("bot"));
    var whole = json.patched(before, body);
    var document = json.read(whole);
    SpendingRoles.requireChange(caller, before.document(), document);
    if (!document.platform().equals(before.document().platform())) {
      throw HttpFailure.invalidValue(
          "platform", "A bot stays on its platform; make another bot for another one.");
    }
    var asked = BotSecrets.read(request, document.platform());
    boolean hadKey = before.fingerprints().containsKey(BotSecrets.LLM_API_KEY);
    boolean keepsKey = hadKey && !asked.forgotten().contains(BotSecrets.LLM_API_KEY);
    check(tx, team, document, keepsKey || asked.kept().containsKey(BotSecrets.LLM_API_KEY));
    bots.update(tx, team, bot, json.stored(whole), clock.instant());
    if (!document.limits().equals(before.document().limits())) {
      budgets.setLimits(tx, team, bot, document.limits());
    }
    secrets.write(tx, team, bot, asked);
    audit.changed(tx, caller, before, require(tx, team, bot));
    var view = view(tx, team, bot, Optional.empty());
    return caller.role().readsPrompts() ? view : view.withoutTexts();
  }

  /// The bot as [#patch] leaves it, if that sets new credentials of a bot that is connected.
  ///
  /// @param tx is not to be committed
  /// @throws HttpFailure as [#patch]
  Optional<WebhookBot> rehearsed(Handle tx, Caller caller, BotId id, byte[] body) {
    var bot = require(tx, caller.team(), id);
    var asked = BotSecrets.read(json.request(body), bot.document().platform());
    if (!bot.status().equals("active") || !asked.keepCredentials()) {
      return Optional.empty();
    }
    patch(tx, caller, id, body);
    return Optional.of(bots.opened(tx, require(tx, caller.team(), id)));
  }

  /// @throws HttpFailure 404
  void delete(Handle tx, Caller caller, BotId bot) {
    var found = bots.lock(tx, caller.team(), bot).orElseThrow(() -> HttpFailure.notFound("bot"));
    bots.delete(tx, caller.team(), found.id(), clock.instant());
    audit.deleted(tx, caller, found);
  }

  /// Makes the secret that its platform is to send along, where the owner set none; it is not shown
  /// to anybody.
  ///
  /// @throws HttpFailure 404
  Bot prepareConnection(Handle tx, Caller caller, BotId id) {
    var team = caller.team();
    var bot = bots.lock(tx, team, id).orElseThrow(() -> HttpFailure.notFound("bot"));
    boolean isWithoutSecret =
        bot.document().platform().equals("telegram")
            && !bot.fingerprints().containsKey(BotSecrets.PLATFORM_SECRET);
    if (isWithoutSecret) {
      secrets.write(
          tx, team, id, new BotSecrets(Map.of(BotSecrets.PLATFORM_SECRET, newSecret()), List.of()));
    }
    return bot;
  }

  /// @param status `active` or `paused`
  /// @throws HttpFailure 404
  Bot setStatus(Handle tx, Caller caller, BotId id, String status) {
    var bot = bots.lock(tx, caller.team(), id).orElseThrow(() -> HttpFailure.notFound("bot"));
    bots.setStatus(tx, caller.team(), id, status, clock.instant());
    audit.status(tx, caller, bot, status);
    return bot;
  }

  /// A webhook secret, shown once.
  public record NewWebhookSecret(BotId id, String webhookSecret) {}

  /// Replaces the webhook secret; the old one stops working at once.
  ///
  /// @throws HttpFailure 404, or 422 if the bot has no custom webhook
  NewWebhookSecret rotateWebhookSecret(Handle tx, Caller caller, BotId id) {
    var team = caller.team();
    var bot = bots.lock(tx, team, id).orElseThrow(() -> HttpFailure.notFound("bot"));
    if (!bot.document().platform().equals("custom")) {
      throw HttpFailure.invalidValue("platform", "Only custom bots have a webhook secret of ours.");
    }
    var secret = newSecret();
    secrets.write(
        tx, team, id, new BotSecrets(Map.of(BotSecrets.WEBHOOK_SECRET, secret), List.of()));
    audit.webhookSecretRotated(tx, caller, bot, require(tx, team, id));
    return new NewWebhookSecret(id, secret.reveal());
  }

  /// @throws HttpFailure 404
  Bot require(Handle handle, TeamId team, BotId bot) {
    return bots.find(handle, team, bot).orElseThrow(() -> HttpFailure.notFound("bot"));
  }

  private BotView view(
      Handle handle, TeamId team, BotId id, Optional<SecretText> newWebhookSecret) {
    var bot = require(handle, team, id);
    return BotView.of(
        bot,
        figures.of(handle, bot),
        figures.defaultWorkspace(handle, team),
        publicUrl,
        newWebhookSecret.map(SecretText::reveal));
  }

  /// Rules that more than one field has a say in.
  private void check(Handle handle, TeamId team, BotDocument document, boolean hasKey) {
    document.workspaceId().ifPresent(workspace -> requireWorkspace(handle, team, workspace));
    boolean isOwnKey = document.billingMode() == BillingMode.BYOK;
    boolean isUnpriced =
        prices.current(document.llmProvider(), document.llmModel()).isEmpty()
            && !localModels.serve(team, document.llmProvider(), document.llmConfig().baseUrl());
    if (!isOwnKey && isUnpriced) {
      throw new HttpFailure(
              422,
              "no_price",
              ("There is no price for %s of %s, and no price means no call. GET /api/models lists what"
                      + " has one; with billing_mode byok and your own key a model needs none.")
                  .formatted(document.llmModel(), document.llmProvider()))
          .with("field", "llm_model");
    }
    if (isUnpriced && !document.limits().isEmpty()) {
      throw HttpFailure.invalidValue(
          "llm_model",
          "There is no price for %s of %s, so what it spends is unknown and its caps could not hold."
                  .formatted(document.llmModel(), document.llmProvider())
              + " Choose a model of GET /api/models, or set no caps.");
    }
    boolean needsKey = !List.of("builtin", "custom").contains(document.llmProvider());
    if (isOwnKey && needsKey && !hasKey) {
      throw HttpFailure.invalidValue(
          "llm_api_key", "billing_mode byok needs your own key in llm_api_key.");
    }
  }

  private void requireWorkspace(Handle handle, TeamId team, WorkspaceId workspace) {
    if (!figures.hasWorkspace(handle, team, workspace)) {
      throw HttpFailure.notFound("workspace");
    }
  }

  private BotId insert(Handle tx, TeamId team, BotDocument document, ObjectNode settings) {
    var id = new BotId(ids.get());
    String base = slug(document.name());
    for (int n = 1; n <= SLUG_TRIES_MAX; n++) {
      String slug = n == 1 ? base : base + "-" + n;
      if (bots.insert(tx, team, id, slug, settings, clock.instant())) {
        return id;
      }
    }
    throw HttpFailure.conflict("name_taken", "Too many bots have this name; choose another one.");
  }

  /// The name as a part of an address: ASCII letters and digits with hyphens between them.
  private static String slug(String name) {
    String ascii =
        Normalizer.normalize(name, Normalizer.Form.NFKD)
            .toLowerCase(Locale.ROOT)
            .replaceAll("\\p{M}", "")
            .replaceAll("[^a-z0-9]+", "-")
            .replaceAll("^-|-$", "");
    String cut = ascii.substring(0, Math.min(ascii.length(), SLUG_LENGTH_MAX));
    return cut.isEmpty() ? "bot" : cut;
  }

  private SecretText newSecret() {
    byte[] bytes = new byte[WEBHOOK_SECRET_BYTES];
    random.nextBytes(bytes);
    return new SecretText("whs_" + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
  }
}
