package dev.pennyworth.botsapi.dashboard;

import dev.pennyworth.botsapi.accounts.Caller;
import dev.pennyworth.botsapi.accounts.Role;
import dev.pennyworth.botsapi.bots.BotDesk;
import dev.pennyworth.botsapi.bots.BotView;
import dev.pennyworth.botsapi.workspaces.WorkspaceController;
import dev.pennyworth.connectors.HttpFailure;
import dev.pennyworth.connectors.Json;
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
import java.util.List;
import java.util.Map;

/// The settings tab: every field of a bot but its limits and its connection.
@Controller("/dashboard/bots/{id}/settings")
@Secured(SecurityRule.IS_AUTHENTICATED)
@ExecuteOn(TaskExecutors.BLOCKING)
@Produces(MediaType.TEXT_HTML)
@Consumes(MediaType.APPLICATION_FORM_URLENCODED)
@Hidden
final class BotSettingsController {
  private static final String LIST_WHOLE = "200";
  private static final String[] TEXTS = {
    "name",
    "description",
    "system_prompt",
    "workspace_id",
    "llm_provider",
    "llm_model",
    "llm_config.base_url",
    "llm_config.light_model",
    "welcome_message",
    "fallback_message",
    "limit_message",
    "timezone"
  };
  private static final String[] NUMBERS = {
    "llm_config.temperature",
    "llm_config.step_down_percent",
    "max_loop_iterations",
    "max_tokens_per_turn",
    "timeout_ms",
    "conversation_max_messages",
    "conversation_ttl_hours",
    "end_user_messages_per_minute"
  };
  private static final int COST_USERS_MAX = 1_000;

  private final BotDesk desk;
  private final WorkspaceController workspaces;
  private final ModelChoices models;
  private final BotPages bots;
  private final HtmlPages pages;
  private final Forms forms;
  private final Json json;

  BotSettingsController(
      BotDesk desk,
      WorkspaceController workspaces,
      ModelChoices models,
      BotPages bots,
      HtmlPages pages,
      Forms forms,
      Json json) {
    this.desk = desk;
    this.workspaces = workspaces;
    this.models = models;
    this.bots = bots;
    this.pages = pages;
    this.forms = forms;
    this.json = json;
  }

  @Get
  HttpResponse<?> settings(Caller caller, String id, HttpRequest<?> request) {
    caller.require(Role::readsPrompts, "read bots");
    var bot = bots.bot(caller, id);
    return pages.show(request, page(caller, bot, BotForm.settings(bot)));
  }

  @Post
  HttpResponse<?> save(Caller caller, String id, HttpRequest<byte[]> request) {
    var form = forms.read(request);
    caller.require(Role::editsBots, "change bots");
    var bot = bots.bot(caller, id);
    try {
      desk.change(caller, bot.id(), body(form));
      return HtmlPages.seeOther(BotPages.path(bot, BotTab.SETTINGS), Notice.SAVED);
    } catch (HttpFailure failure) {
      return pages.show(request, page(caller, bot, form.refused(failure)).refused(failure));
    }
  }

  private byte[] body(Form form) {
    var body =
        new FormJson(form)
            .texts(TEXTS)
            .numbers(NUMBERS)
            .flags("merge_bursts")
            .secrets(List.of("llm_api_key"));
    if (form.isOn("forget_llm_api_key")) {
      body.tree().putNull("llm_api_key");
    }
    if (!form.value("billing_mode").isEmpty()) {
      body.texts("billing_mode"); // who may not change it is not shown the field
    }
    var users = body.tree().putArray("cost_users");
    for (var user : form.value("cost_users").split("\\R", COST_USERS_MAX)) {
      if (!user.isBlank()) {
        users.add(user.strip());
      }
    }
    return body.bytes(json);
  }

  private HtmlPages.Page page(Caller caller, BotView bot, Form form) {
    return BotPages.page(
        bot,
        BotTab.SETTINGS,
        Map.of(
            "form",
            form,
            "models",
            models.all(),
            "workspaces",
            workspaces.list(caller, LIST_WHOLE, null).workspaces()));
  }
}
