package dev.pennyworth.botsapi.dashboard;

import dev.pennyworth.agentloop.AgentLoopSettings;
import dev.pennyworth.billing.NanoUsd;
import dev.pennyworth.botsapi.money.ModelsController;
import java.math.BigDecimal;
import java.util.Comparator;
import java.util.List;

/// The models of the catalogue, those that answer here and now first.
final class ModelChoices {
  private static final int NANO_DIGITS = 9;
  private static final String BUILTIN = "builtin";

  private final ModelsController models;
  private final AgentLoopSettings settings;

  ModelChoices(ModelsController models, AgentLoopSettings settings) {
    this.models = models;
    this.settings = settings;
  }

  List<ModelChoice> all() {
    return models.list().models().stream()
        .map(this::choice)
        .sorted(
            Comparator.comparing((ModelChoice it) -> !it.isReady())
                .thenComparing(it -> it.provider().equals(BUILTIN)))
        .toList();
  }

  /// The first that a provider with a key has; without a key the builtin one.
  ModelChoice suggested() {
    var all = all();
    return all.stream()
        .filter(ModelChoice::isReady)
        .filter(it -> !it.isFree())
        .findFirst()
        .orElseGet(all::getFirst);
  }

  private ModelChoice choice(ModelsController.Model model) {
    var url = model.baseUrl();
    return new ModelChoice(
        model.llmProvider(),
        model.llmModel(),
        model.name(),
        model.free(),
        nanos(model.usdPer1m().input()),
        nanos(model.usdPer1m().output()),
        model.local() || model.llmProvider().equals(BUILTIN) || hasKey(model.llmProvider()),
        url == null ? "" : url.toString());
  }

  private boolean hasKey(String provider) {
    var known = settings.providers().get(provider);
    return known != null && known.apiKey().isPresent();
  }

  private static NanoUsd nanos(BigDecimal dollars) {
    return new NanoUsd(dollars.movePointRight(NANO_DIGITS).longValueExact());
  }
}
