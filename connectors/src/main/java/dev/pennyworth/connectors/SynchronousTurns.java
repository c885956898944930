package dev.pennyworth.connectors;

import dev.pennyworth.agentloop.Acceptance;
import dev.pennyworth.agentloop.BotSettings;
import dev.pennyworth.agentloop.ConversationId;
import dev.pennyworth.agentloop.InboundMessage;
import dev.pennyworth.agentloop.JdbcInbox;
import dev.pennyworth.agentloop.JdbcTurnReports;
import dev.pennyworth.agentloop.RateLimit;
import dev.pennyworth.agentloop.RateState;
import dev.pennyworth.agentloop.TurnReport;
import dev.pennyworth.billing.TeamId;
import dev.pennyworth.billing.TurnId;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/// Accepts a message and keeps the request until its turn has ended. The turn itself is the
/// worker's: a caller that goes away changes nothing, and one that sends the same event again gets
/// the answer.
public final class SynchronousTurns {
  /// Beyond the bot's own timeout: turns of the same conversation may be waiting in front.
  private static final Duration PATIENCE_BEYOND_TIMEOUT = Duration.ofSeconds(30);

  private final JdbcInbox inbox;
  private final JdbcTurnReports reports;
  private final Json json;
  private final InstantSource clock;

  public SynchronousTurns(
      JdbcInbox inbox, JdbcTurnReports reports, Json json, InstantSource clock) {
    this.inbox = inbox;
    this.reports = reports;
    this.json = json;
    this.clock = clock;
  }

  /// 200 with the turn's answer, or 202 if it still runs when patience ends. A duplicate answers
  /// 200 either way.
  ///
  /// @throws HttpFailure 429 if a limit is reached
  public HttpResponse<byte[]> answer(
      InboundMessage message, BotSettings bot, List<RateLimit> limits) {
    return switch (inbox.accept(message, bot, limits)) {
      case Acceptance.Accepted(var turn, var rate) -> await(message, bot, turn, rate, false);
      case Acceptance.Duplicate(var turn) ->
          await(message, bot, turn, inbox.look(message.team(), limits), true);
      case Acceptance.RateLimited(var rate) -> throw RateHeaders.tooMany(rate, clock.instant());
    };
  }

  /// A turn that is answered later.
  public record Begun(String status, ConversationId conversationId, TurnId turnId) {}

  /// 202 at once.
  ///
  /// @throws HttpFailure 429 if a limit is reached
  HttpResponse<byte[]> begin(InboundMessage message, BotSettings bot, List<RateLimit> limits) {
    return switch (inbox.accept(message, bot, limits)) {
      case Acceptance.Accepted(var turn, var rate) -> begun(message.team(), turn, rate);
      case Acceptance.Duplicate(var turn) ->
          begun(message.team(), turn, inbox.look(message.team(), limits));
      case Acceptance.RateLimited(var rate) -> throw RateHeaders.tooMany(rate, clock.instant());
    };
  }

  private HttpResponse<byte[]> begun(TeamId team, TurnId turn, Optional<RateState> rate) {
    var report = reports.find(team, turn).orElseThrow();
    var begun = new Begun(report.status(), report.conversation(), turn);
    var response =
        HttpResponse.<byte[]>accepted()
            .contentType(MediaType.APPLICATION_JSON_TYPE)
            .body(json.write(begun));
    rate.ifPresent(state -> RateHeaders.add(response, state));
    return response;
  }

  /// What `work` gives. A refusal of it, which counts nothing, tells what the limits leave.
  ///
  /// @throws HttpFailure of `work`
  public <T> T limited(TeamId team, List<RateLimit> limits, Supplier<T> work) {
    try {
      return work.get();
    } catch (HttpFailure failure) {
      throw inbox.look(team, limits).map(state -> RateHeaders.with(failure, state)).orElse(failure);
    }
  }

  private HttpResponse<byte[]> await(
      InboundMessage message,
      BotSettings bot,
      TurnId turn,
      Optional<RateState> rate,
      boolean isDuplicate) {
    try {
      var report =
          reports
              .await(message.team(), turn, bot.timeout().plus(PATIENCE_BEYOND_TIMEOUT))
              .orElseThrow();
      if (report.hasEnded()) {
        reports.markTaken(message.team(), turn);
      }
      return response(
          report.isParked() ? report.saying(bot.limitMessage()) : report, rate, isDuplicate);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      throw HttpFailure.unavailable(
          "stopping",
          "This server is stopping. Send the same event again for the answer.",
          Duration.ofSeconds(1));
    }
  }

  private HttpResponse<byte[]> response(
      TurnReport report, Optional<RateState> rate, boolean isDuplicate) {
    var response =
        (report.hasEnded() || isDuplicate
                ? HttpResponse.<byte[]>ok()
                : HttpResponse.<byte[]>accepted())
            .contentType(MediaType.APPLICATION_JSON_TYPE)
            .body(json.write(TurnAnswer.of(report, json)));
    rate.ifPresent(state -> RateHeaders.add(response, state));
    return response;
  }
}
