package dev.pennyworth.botsapi.dashboard;

import dev.pennyworth.botsapi.bots.Estimate;
import dev.pennyworth.botsapi.money.ModelsController;
import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;

/// What models and tools cost, and the calculator.
///
/// @param form of the calculator
/// @param estimate empty until it was asked for
public record ModelsPage(
    List<ModelsController.Model> models,
    List<ModelsController.Tool> tools,
    List<Options.Option> choices,
    List<Options.Option> bots,
    Form form,
    Optional<Estimate> estimate) {
  private static final int CENT_DIGITS = 2;

  public ModelsPage {
    models = List.copyOf(models);
    tools = List.copyOf(tools);
    choices = List.copyOf(choices);
    bots = List.copyOf(bots);
  }

  /// A price per million tokens, exact.
  public static String price(BigDecimal dollars) {
    var exact = dollars.stripTrailingZeros();
    return "$"
        + (exact.scale() < CENT_DIGITS ? exact.setScale(CENT_DIGITS) : exact).toPlainString();
  }

  /// Where a figure of an estimate came from.
  public static String source(String word) {
    return switch (word) {
      case "request" -> "as you wrote";
      case "bot_history" -> "the bot's last 30 days";
      case "bot" -> "the bot's settings";
      case "model" -> "the model";
      default -> "our assumption";
    };
  }
}
