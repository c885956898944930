package dev.pennyworth.botsapi.openai;

import dev.pennyworth.billing.BotId;
import dev.pennyworth.billing.TeamId;
import dev.pennyworth.botsapi.accounts.Caller;
import dev.pennyworth.botsapi.bots.JdbcChatBots;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.micronaut.security.annotation.Secured;
import io.micronaut.security.rules.SecurityRule;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.List;

/// The team's bots, as OpenAI's clients list models.
@Controller("/v1/models")
@Secured(SecurityRule.IS_AUTHENTICATED)
@ExecuteOn(TaskExecutors.BLOCKING)
@Tag(name = "OpenAI-compatible")
final class ChatModelsController {
  private final JdbcChatBots bots;

  ChatModelsController(JdbcChatBots bots) {
    this.bots = bots;
  }

  /// All bots in one piece: OpenAI's list has no pages.
  record Models(String object, List<Model> data) {}

  /// A bot.
  ///
  /// @param created unix seconds
  /// @param ownedBy the team
  /// @param slug names it as well as its id does
  record Model(
      BotId id,
      String object,
      long created,
      TeamId ownedBy,
      String slug,
      String name,
      String status) {}

  /// Lists the team's bots, newest first, at most 1,000.
  @Get
  Models list(Caller caller) {
    return new Models(
        "list", bots.list(caller.team()).stream().map(bot -> model(caller, bot)).toList());
  }

  /// Reads a bot by id or slug.
  @Get("/{id}")
  Model read(Caller caller, String id) {
    return bots.find(caller.team(), id)
        .map(bot -> model(caller, bot))
        .orElseThrow(() -> ChatFailures.modelNotFound(id));
  }

  private static Model model(Caller caller, JdbcChatBots.ChatBot bot) {
    return new Model(
        bot.id(),
        "model",
        bot.createdAt().getEpochSecond(),
        caller.team(),
        bot.slug(),
        bot.name(),
        bot.status());
  }
}
