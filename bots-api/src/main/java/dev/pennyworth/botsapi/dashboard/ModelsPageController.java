package dev.pennyworth.botsapi.dashboard;

import dev.pennyworth.botsapi.accounts.Caller;
import dev.pennyworth.botsapi.bots.BotController;
import dev.pennyworth.botsapi.bots.Estimate;
import dev.pennyworth.botsapi.bots.EstimateController;
import dev.pennyworth.botsapi.money.ModelsController;
import dev.pennyworth.connectors.HttpFailure;
import dev.pennyworth.connectors.Json;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.Produces;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.micronaut.security.annotation.Secured;
import io.micronaut.security.rules.SecurityRule;
import io.swagger.v3.oas.annotations.Hidden;
import java.util.Optional;

/// What models cost, and what a number of messages would. The calculator changes nothing, so it is
/// a link that can be kept.
@Controller("/dashboard/models")
@Secured(SecurityRule.IS_AUTHENTICATED)
@ExecuteOn(TaskExecutors.BLOCKING)
@Produces(MediaType.TEXT_HTML)
@Hidden
final class ModelsPageController {
  private static final String MODEL = "llm_model";
  private static final String MESSAGES = "messages_per_day";
  private static final String MESSAGES_SUGGESTED = "100";
  private static final String BOTS_MAX = "200";

  private final ModelsController models;
  private final EstimateController estimates;
  private final BotController bots;
  private final HtmlPages pages;
  private final Json json;

  ModelsPageController(
      ModelsController models,
      EstimateController estimates,
      BotController bots,
      HtmlPages pages,
      Json json) {
    this.models = models;
    this.estimates = estimates;
    this.bots = bots;
    this.pages = pages;
    this.json = json;
  }

  @Get
  HttpResponse<?> show(Caller caller, HttpRequest<?> request) {
    var form = Form.ofQuery(request);
    if (!request.getParameters().contains(MESSAGES)) {
      return pages.show(
          request, page(caller, form.with(MESSAGES, MESSAGES_SUGGESTED), Optional.empty()));
    }
    try {
      var estimate = estimates.estimate(caller, body(form).request(json));
      return pages.show(request, page(caller, form, Optional.of(estimate)));
    } catch (HttpFailure failure) {
      if (failure.status() != 422) {
        throw failure;
      }
      return pages.show(
          request, page(caller, form.refused(failure), Optional.empty()).refused(failure));
    }
  }

  private static FormJson body(Form form) {
    var body =
        new FormJson(form)
            .texts("bot_id")
            .numbers(
                MESSAGES,
                "input_tokens_per_message",
                "output_tokens_per_message",
                "cached_input_share",
                "steps_per_message");
    var model = form.value(MODEL);
    int slash = model.indexOf('/');
    if (slash > 0) {
      body.tree().put("llm_provider", model.substring(0, slash));
      body.tree().put(MODEL, model.substring(slash + 1));
    }
    return body;
  }

  private HtmlPages.Page page(Caller caller, Form form, Optional<Estimate> estimate) {
    var listing = models.list();
    var choices =
        listing.models().stream()
            .filter(model -> !model.local())
            .map(model ->
                new Options.Option(
                    model.llmProvider() + "/" + model.llmModel(),
                    model.name() + " (" + model.llmProvider() + ")"))
            .toList();
    var model =
        new ModelsPage(
            listing.models(),
            listing.tools(),
            choices,
            Options.of(bots.list(caller, BOTS_MAX, null)),
            form,
            estimate);
    return HtmlPages.Page.of(Section.MODELS, "Models and prices", "pages/models", model);
  }
}
