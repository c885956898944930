package dev.pennyworth.botsapi.openai;

import dev.pennyworth.agentloop.BotSettings;
import dev.pennyworth.agentloop.InboundMessage;
import dev.pennyworth.agentloop.RateLimit;
import dev.pennyworth.botsapi.accounts.Caller;
import dev.pennyworth.botsapi.accounts.Role;
import dev.pennyworth.botsapi.bots.JdbcChatBots;
import dev.pennyworth.botsapi.http.JdbcIdempotency;
import dev.pennyworth.connectors.HttpFailure;
import dev.pennyworth.connectors.Json;
import dev.pennyworth.connectors.PlatformRates;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Consumes;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Post;
import io.micronaut.http.annotation.Produces;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.micronaut.security.annotation.Secured;
import io.micronaut.security.rules.SecurityRule;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.parameters.RequestBody;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;

/// Chats with bots in the words of OpenAI's API, so that programs written for it need another
/// address and key, and nothing else.
@Controller("/v1/chat/completions")
@Secured(SecurityRule.IS_AUTHENTICATED)
@ExecuteOn(TaskExecutors.BLOCKING)
@Tag(name = "OpenAI-compatible")
final class ChatCompletionsController {
  static final String PLATFORM = "openai";

  private static final String CHANNEL = "api";

  private final JdbcChatBots bots;
  private final ChatTurns turns;
  private final JdbcIdempotency idempotency;
  private final Json json;
  private final Supplier<UUID> ids;

  ChatCompletionsController(
      JdbcChatBots bots,
      ChatTurns turns,
      JdbcIdempotency idempotency,
      Json json,
      Supplier<UUID> ids) {
    this.bots = bots;
    this.turns = turns;
    this.idempotency = idempotency;
    this.json = json;
    this.ids = ids;
  }

  /// What is read of a request; the other fields of OpenAI's API are let pass.
  record Asked(
      String model,
      List<Said> messages,
      Optional<Boolean> stream,
      Optional<Options> streamOptions,
      Optional<Integer> maxCompletionTokens,
      Optional<String> user) {}

  /// A message of the conversation.
  record Said(String role, String content) {}

  /// What a stream brings.
  record Options(Optional<Boolean> includeUsage) {}

  /// Answers the last message of the user's with the bot that `model` names by id or slug, as
  /// OpenAI's API does: whole, or with `stream` piece by piece as server-sent events. Works in
  /// every status of the bot. A turn that money or a limit stops is 402.
  @Post
  @Consumes(MediaType.ALL)
  @Produces({MediaType.APPLICATION_JSON, MediaType.TEXT_EVENT_STREAM})
  @RequestBody(content = @Content(schema = @Schema(implementation = Asked.class)))
  @ApiResponse(
      responseCode = "200",
      description = "The answer",
      content = @Content(schema = @Schema(implementation = ChatAnswer.class)))
  HttpResponse<?> complete(Caller caller, HttpRequest<byte[]> request) {
    try {
      caller.require(Role::editsBots, "chat with bots");
      return answer(caller, request);
    } catch (HttpFailure failure) {
      throw ChatFailures.withRetryHint(failure);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      throw HttpFailure.unavailable(
              "stopping",
              "This server is stopping. With an Idempotency-Key, the same request again fetches the"
                  + " answer.",
              Duration.ofSeconds(1))
          .withHeader("X-Should-Retry", "false");
    }
  }

  private HttpResponse<?> answer(Caller caller, HttpRequest<byte[]> request)
      throws InterruptedException {
    var asked = ChatRequest.read(json, request.getBody().orElse(new byte[0]));
    var bot =
        bots.settings(caller.team(), asked.model())
            .orElseThrow(() -> ChatFailures.modelNotFound(asked.model()));
    var message = message(caller, request, asked, bot);
    var limits = limits(asked, message, bot);
    return asked.isStream()
        ? turns.stream(asked, message, bot, limits)
        : turns.whole(asked, message, bot, limits);
  }

  /// Without a user, whoever holds the key is the end user whose budget counts.
  private InboundMessage message(
      Caller caller, HttpRequest<byte[]> request, ChatRequest asked, BotSettings bot) {
    return new InboundMessage(
        caller.team(),
        bot.bot(),
        PLATFORM,
        idempotency
            .keep(caller.team(), caller.user().toString(), request)
            .orElseGet(() -> ids.get().toString()),
        CHANNEL,
        asked.user().orElseGet(() -> self(caller)),
        Optional.empty(),
        asked.message(),
        Optional.of(asked.context()),
        Optional.empty(),
        Optional.empty());
  }

  private static String self(Caller caller) {
    return caller.key().map(Object::toString).orElseGet(() -> caller.user().toString());
  }

  /// A program that names no users is none of them.
  private static List<RateLimit> limits(
      ChatRequest asked, InboundMessage message, BotSettings bot) {
    return asked.user().isPresent()
        ? PlatformRates.of(message, bot.endUserMessagesPerMinute())
        : List.of(PlatformRates.ofBot(bot.bot(), PLATFORM));
  }
}
