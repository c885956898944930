package dev.pennyworth.botsapi.dashboard;

import dev.pennyworth.botsapi.accounts.Caller;
import dev.pennyworth.botsapi.accounts.Role;
import dev.pennyworth.botsapi.bots.BotLogsController;
import dev.pennyworth.connectors.HttpFailure;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Consumes;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.Post;
import io.micronaut.http.annotation.Produces;
import io.micronaut.http.annotation.QueryValue;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.micronaut.security.annotation.Secured;
import io.micronaut.security.rules.SecurityRule;
import io.swagger.v3.oas.annotations.Hidden;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The tabs with what a bot said, what it did for it and what that cost.
@Controller("/dashboard/bots/{id}")
@Secured(SecurityRule.IS_AUTHENTICATED)
@ExecuteOn(TaskExecutors.BLOCKING)
@Produces(MediaType.TEXT_HTML)
@Consumes(MediaType.APPLICATION_FORM_URLENCODED)
@Hidden
final class BotLogPagesController {
  private static final String TURNS_OF_A_PAGE = "30";
  private static final String MESSAGES_OF_A_PAGE = "100";

  private final BotLogsController logs;
  private final BotPages bots;
  private final HtmlPages pages;
  private final Forms forms;

  BotLogPagesController(BotLogsController logs, BotPages bots, HtmlPages pages, Forms forms) {
    this.logs = logs;
    this.bots = bots;
    this.pages = pages;
    this.forms = forms;
  }

  @Get("/conversations")
  HttpResponse<?> conversations(
      Caller caller, String id, HttpRequest<?> request, @Nullable @QueryValue String cursor) {
    var listing = logs.conversations(caller, id, null, cursor);
    return pages.show(
        request,
        BotPages.page(bots.bot(caller, id), BotTab.CONVERSATIONS, Map.of("listing", listing)));
  }

  @Get("/conversations/{conversationId}")
  HttpResponse<?> conversation(
      Caller caller,
      String id,
      String conversationId,
      HttpRequest<?> request,
      @Nullable @QueryValue String cursor) {
    return pages.show(request, talk(caller, id, conversationId, cursor, Form.empty()));
  }

  private HtmlPages.Page talk(
      Caller caller, String id, String conversationId, @Nullable String cursor, Form form) {
    var model =
        Map.<String, Object>of(
            "messages",
            logs.messages(caller, id, conversationId, MESSAGES_OF_A_PAGE, cursor),
            "conversation",
            logs.conversation(caller, id, conversationId),
            "form",
            form);
    return BotPages.page(bots.bot(caller, id), BotTab.CONVERSATIONS, model)
        .from("pages/bot-conversation");
  }

  /// Erases all that one person said to a bot and was told.
  @Post("/conversations/{conversationId}/erase-person")
  HttpResponse<?> erase(
      Caller caller, String id, String conversationId, HttpRequest<byte[]> request) {
    var form = forms.read(request);
    caller.require(Role::editsBots, "erase messages");
    var person = logs.conversation(caller, id, conversationId).userId();
    try {
      logs.erase(caller, id, person);
      return HtmlPages.seeOther(
          BotPages.path(bots.bot(caller, id), BotTab.CONVERSATIONS), Notice.ERASED);
    } catch (HttpFailure failure) {
      if (failure.status() != 409) {
        throw failure;
      }
      var waiting =
          form.withProblem(
              "A message of this person is being answered, or waits. Try again in a minute; what"
                  + " waits, let end first at its turn.");
      return pages.show(request, talk(caller, id, conversationId, null, waiting).refused(failure));
    }
  }

  @Get("/turns")
  HttpResponse<?> turns(
      Caller caller,
      String id,
      HttpRequest<?> request,
      @Nullable @QueryValue String status,
      @Nullable @QueryValue("conversation_id") String conversation,
      @Nullable @QueryValue String cursor) {
    var chosen = status == null || status.isEmpty() ? null : status;
    var listing = logs.turns(caller, id, conversation, chosen, null, TURNS_OF_A_PAGE, cursor);
    var model = new HashMap<String, Object>(Map.of("listing", listing));
    model.put("status", Optional.ofNullable(chosen).orElse(""));
    model.put("conversation", Optional.ofNullable(conversation).orElse(""));
    return pages.show(request, BotPages.page(bots.bot(caller, id), BotTab.TURNS, model));
  }

  @Get("/turns/{turnId}")
  HttpResponse<?> turn(Caller caller, String id, String turnId, HttpRequest<?> request) {
    caller.require(Role::readsPrompts, "read conversations");
    var turn = logs.require(caller, id, turnId);
    var page = BotPages.page(bots.bot(caller, id), BotTab.TURNS, Map.of("turn", turn));
    return pages.show(request, page.from("pages/bot-turn"));
  }

  @Get("/analytics")
  HttpResponse<?> analytics(
      Caller caller,
      String id,
      HttpRequest<?> request,
      @Nullable @QueryValue String from,
      @Nullable @QueryValue String to) {
    var form =
        Form.empty()
            .with("from", Optional.ofNullable(from).orElse(""))
            .with("to", Optional.ofNullable(to).orElse(""));
    try {
      return pages.show(request, analytics(caller, id, form, blankIsNull(from), blankIsNull(to)));
    } catch (HttpFailure failure) {
      if (failure.status() == 404) {
        throw failure;
      }
      var page = analytics(caller, id, form.refused(failure), null, null);
      return pages.show(request, page.refused(failure));
    }
  }

  private HtmlPages.Page analytics(
      Caller caller, String id, Form form, @Nullable String from, @Nullable String to) {
    var figures = logs.analytics(caller, id, from, to);
    var charts = BotCharts.of(figures, logs.spentOn(caller, id, figures));
    return BotPages.page(
        bots.bot(caller, id),
        BotTab.ANALYTICS,
        Map.of("figures", figures, "charts", charts, "form", form));
  }

  private static @Nullable String blankIsNull(@Nullable String text) {
    return text == null || text.isBlank() ? null : text;
  }
}
