package dev.pennyworth.agentloop;

import dev.pennyworth.agentloop.model.ModelClient;
import dev.pennyworth.agentloop.model.ModelRequest;
import dev.pennyworth.agentloop.model.ModelUnavailable;
import dev.pennyworth.agentloop.model.ToolSpec;
import dev.pennyworth.agentloop.model.VendorBound;
import dev.pennyworth.billing.Ask;
import dev.pennyworth.billing.BillingMode;
import dev.pennyworth.billing.HoldRequest;
import dev.pennyworth.billing.JdbcPrices;
import dev.pennyworth.billing.NanoUsd;
import dev.pennyworth.billing.Price;
import dev.pennyworth.billing.StepKey;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/// What a model step will send and what it asks of the gate: the same for the step itself and for a
/// quote of it, so that a quote is what is then held.
final class StepPlanner {
  private final JdbcPrices prices;
  private final Map<String, ModelClient> clients;
  private final LocalModels localModels;
  private final ModelClient localClient;
  private final Toolboxes toolboxes;
  private final EndUserPseudonyms pseudonyms;

  /// @param localClient calls what `localModels` serve, which is on this machine
  StepPlanner(
      JdbcPrices prices,
      Map<String, ModelClient> clients,
      LocalModels localModels,
      ModelClient localClient,
      Toolboxes toolboxes,
      EndUserPseudonyms pseudonyms) {
    this.prices = prices;
    this.clients = Map.copyOf(clients);
    this.localModels = localModels;
    this.localClient = localClient;
    this.toolboxes = toolboxes;
    this.pseudonyms = pseudonyms;
  }

  /// A step that can be asked for and then made.
  ///
  /// @param hasTools whether the model is offered any
  ///
  /// @param inputTokensMaxTight the tightest bound that is known by now
  /// @param canBeCounted whether the vendor could be asked for a tighter one
  record Plan(
      BotSettings bot,
      ModelJob job,
      Price price,
      boolean hasTools,
      ModelClient.Prepared call,
      long inputTokensMaxTight,
      boolean canBeCounted) {

    /// The most that the step can cost, whatever is left for it.
    NanoUsd worstCase() {
      return price.worstCase(inputTokensMaxTight, job.outputTokensMax());
    }

    /// The same, bounded by the vendor's own count if it gives one in time. Asks over the network:
    /// not to be called in a transaction.
    Plan counted(Duration timeLeft) {
      var timeout =
          timeLeft.compareTo(VendorBound.TIMEOUT_MAX) < 0 ? timeLeft : VendorBound.TIMEOUT_MAX;
      var counted =
          call.vendorCount()
              .map(count -> count.ask(bot.billingMode(), timeout))
              .orElse(OptionalLong.empty());
      return new Plan(
          bot, job, price, hasTools, call, VendorBound.of(counted, inputTokensMaxTight), false);
    }
  }

  /// The price that the bot's calls of a model go by now; empty: no price, no call.
  Optional<Price> price(BotSettings bot, String model) {
    if (localModels.serve(bot)) {
      return Optional.of(prices.local(model));
    }
    return prices
        .current(bot.provider(), model)
        .or(() ->
            bot.billingMode() == BillingMode.BYOK
                ? Optional.of(prices.unpriced(bot.provider(), model))
                : Optional.empty());
  }

  /// Counts tokens, which takes time: not to be called in a transaction.
  Plan plan(BotSettings bot, Price price, ModelJob job) throws ModelUnavailable {
    List<ToolSpec> tools = job.offersTools() ? offered(bot, price, toolboxes) : List.of();
    var request =
        new ModelRequest(
            job.choice().model(),
            bot.apiKey(),
            bot.baseUrl(),
            job.systemPrompt(),
            job.messages(),
            job.currentMessageIndex(),
            tools,
            bot.temperature());
    var call = client(bot).prepare(request);
    return new Plan(
        bot,
        job,
        price,
        !tools.isEmpty(),
        call,
        call.inputTokensMaxTight(),
        call.vendorCount().isPresent());
  }

  /// A model that cannot call tools does without the built-in ones. One's own are what a bot was
  /// set up for: it would answer from thin air instead of asking them.
  static List<ToolSpec> offered(BotSettings bot, Price price, Toolboxes toolboxes)
      throws ModelUnavailable {
    if (price.callsTools()) {
      return toolboxes.of(bot).specs();
    }
    if (toolboxes.hasOwnersTools(bot)) {
      throw new ModelUnavailable(
          "%s cannot call tools. Switch the workspace's tools off or choose another model."
              .formatted(
                  bot.provider().equals("workers-ai")
                      ? "Workers AI models"
                      : "The model " + bot.model()));
    }
    return List.of();
  }

  private ModelClient client(BotSettings bot) throws ModelUnavailable {
    if (localModels.serve(bot)) {
      return localClient;
    }
    var client = clients.get(bot.provider());
    if (client == null) {
      throw new ModelUnavailable(
          "This installation cannot call "
              + bot.provider()
              + " yet. It can call: "
              + String.join(", ", clients.keySet().stream().sorted().toList())
              + ".");
    }
    return client;
  }

  /// @param endUser as the platform names him
  HoldRequest request(Plan plan, StepKey key, String endUser) {
    var bot = plan.bot();
    return new HoldRequest(
        key,
        bot.billingMode(),
        plan.price(),
        pseudonyms.of(key.team(), endUser),
        bot.zone(),
        ask(plan));
  }

  static Ask.Tokens ask(Plan plan) {
    return new Ask.Tokens(
        plan.call().inputTokensMax(),
        plan.inputTokensMaxTight(),
        plan.job().outputTokensMax(),
        plan.canBeCounted());
  }
}
