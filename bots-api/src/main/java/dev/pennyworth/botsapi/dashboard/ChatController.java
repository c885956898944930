package dev.pennyworth.botsapi.dashboard;

import dev.pennyworth.botsapi.accounts.Caller;
import dev.pennyworth.botsapi.accounts.Role;
import dev.pennyworth.botsapi.bots.TestChats;
import dev.pennyworth.connectors.HttpFailure;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Consumes;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.Post;
import io.micronaut.http.annotation.Produces;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.micronaut.security.annotation.Secured;
import io.micronaut.security.rules.SecurityRule;
import io.swagger.v3.oas.annotations.Hidden;
import java.time.Duration;
import java.util.Map;

/// The chat tab: say something to a bot, and see each step and its cost as it happens.
@Controller("/dashboard/bots/{id}/chat")
@Secured(SecurityRule.IS_AUTHENTICATED)
@ExecuteOn(TaskExecutors.BLOCKING)
@Produces(MediaType.TEXT_HTML)
@Consumes(MediaType.APPLICATION_FORM_URLENCODED)
@Hidden
final class ChatController {
  private static final String MESSAGE = "message";

  private final TestChats chats;
  private final BotPages bots;
  private final ChatStreams streams;
  private final HtmlPages pages;
  private final Forms forms;

  ChatController(
      TestChats chats, BotPages bots, ChatStreams streams, HtmlPages pages, Forms forms) {
    this.chats = chats;
    this.bots = bots;
    this.streams = streams;
    this.pages = pages;
    this.forms = forms;
  }

  @Get
  HttpResponse<?> chat(Caller caller, String id, HttpRequest<?> request) {
    return pages.show(request, page(caller, id, Form.empty()));
  }

  private HtmlPages.Page page(Caller caller, String id, Form form) {
    caller.require(Role::editsBots, "try bots");
    var bot = bots.bot(caller, id);
    return BotPages.page(
        bot, BotTab.CHAT, Map.of("form", form, "said", chats.said(caller, bot.id())));
  }

  /// Without a script: answers when the turn has ended.
  @Post
  HttpResponse<?> say(Caller caller, String id, HttpRequest<byte[]> request) {
    var form = forms.read(request);
    try {
      var begun = chats.say(caller, id, form.value(MESSAGE));
      chats.await(caller, begun);
      return HtmlPages.seeOther(request.getUri().getRawPath() + "#last");
    } catch (HttpFailure failure) {
      if (failure.status() == 403 || failure.status() == 404) {
        throw failure;
      }
      return pages.show(request, page(caller, id, form.refused(failure)).refused(failure));
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      throw HttpFailure.unavailable(
          "stopping",
          "This server is stopping. The answer is on this page in a moment.",
          Duration.ofSeconds(1));
    }
  }

  /// With a script: tells of the turn while it runs.
  @Post("/stream")
  @Produces(MediaType.ALL)
  HttpResponse<?> stream(Caller caller, String id, HttpRequest<byte[]> request) {
    var form = forms.read(request);
    var begun = chats.say(caller, id, form.value(MESSAGE));
    return streams.of(caller, request, begun, form.value(Forms.TOKEN));
  }
}
