package dev.pennyworth.botsapi.openai;

import dev.pennyworth.agentloop.Acceptance;
import dev.pennyworth.agentloop.BotSettings;
import dev.pennyworth.agentloop.InboundMessage;
import dev.pennyworth.agentloop.JdbcInbox;
import dev.pennyworth.agentloop.JdbcTurnReports;
import dev.pennyworth.agentloop.RateLimit;
import dev.pennyworth.agentloop.RateState;
import dev.pennyworth.agentloop.TurnReport;
import dev.pennyworth.botsapi.http.ErrorAnswers;
import dev.pennyworth.connectors.HttpFailure;
import dev.pennyworth.connectors.Json;
import dev.pennyworth.connectors.RateHeaders;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.MutableHttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Accepts a client's message and answers with its turn: whole, or while it runs. The turn itself
/// is the worker's, and goes on if the client goes away.
final class ChatTurns {
  private static final Logger LOG = LoggerFactory.getLogger(ChatTurns.class);

  /// Beyond the bot's own timeout: a worker may have to be found.
  private static final Duration PATIENCE_BEYOND_TIMEOUT = Duration.ofSeconds(30);

  private final JdbcInbox inbox;
  private final JdbcTurnReports reports;
  private final ErrorAnswers errors;
  private final Json json;
  private final InstantSource clock;
  private final ExecutorService threads;

  ChatTurns(
      JdbcInbox inbox,
      JdbcTurnReports reports,
      ErrorAnswers errors,
      Json json,
      InstantSource clock,
      ExecutorService threads) {
    this.inbox = inbox;
    this.reports = reports;
    this.errors = errors;
    this.json = json;
    this.clock = clock;
    this.threads = threads;
  }

  /// 200 with the answer.
  ///
  /// @throws HttpFailure 402, 429, 502, or 504 if the turn still runs when patience ends
  HttpResponse<?> whole(
      ChatRequest asked, InboundMessage message, BotSettings bot, List<RateLimit> limits)
      throws InterruptedException {
    var rate = accept(message, bot, limits);
    var report = await(message, bot);
    if (!report.hasEnded()) {
      throw ChatFailures.stillRunning(report.id());
    }
    taken(report, message);
    var answer =
        HttpResponse.<byte[]>ok()
            .contentType(MediaType.APPLICATION_JSON_TYPE)
            .body(json.write(ChatAnswer.of(report, asked.model())));
    return with(rate, answer);
  }

  private TurnReport await(InboundMessage message, BotSettings bot) throws InterruptedException {
    try {
      return reports.await(message.team(), message.turnId(), patience(bot)).orElseThrow();
    } catch (RuntimeException e) {
      throw lostSight(message, e);
    }
  }

  /// Once it is accepted, an unforeseen failure must not be answered as one that may be retried.
  private static HttpFailure lostSight(InboundMessage message, RuntimeException cause) {
    LOG.error("the answer of {} cannot be told; it is stored", message.turnId(), cause);
    return ChatFailures.lostSight(message.turnId());
  }

  /// 200 with a stream that has begun: what fails before the first word is a real status.
  ///
  /// @throws HttpFailure 402, 429, 502, or 504 if the turn says nothing while patience lasts
  HttpResponse<?> stream(
      ChatRequest asked, InboundMessage message, BotSettings bot, List<RateLimit> limits)
      throws InterruptedException {
    var watch = reports.watch(message.team(), message.turnId());
    try {
      var rate = accept(message, bot, limits);
      var chunks = new ChatChunks(json, message.turnId(), clock.instant(), asked);
      var endings = new Endings(chunks, message);
      var stream = new ChatStream(message.turnId(), watch, chunks, endings, patience(bot), threads);
      awaitFirst(stream, message);
      return with(rate, HttpResponse.ok(stream).contentType(MediaType.TEXT_EVENT_STREAM_TYPE));
    } catch (RuntimeException | InterruptedException e) {
      watch.close();
      throw e;
    }
  }

  private static void awaitFirst(ChatStream stream, InboundMessage message)
      throws InterruptedException {
    try {
      stream.awaitFirst();
    } catch (HttpFailure failure) {
      throw failure;
    } catch (RuntimeException e) {
      throw lostSight(message, e);
    }
  }

  /// How a streamed turn ends.
  private final class Endings implements ChatStream.Endings {
    private final ChatChunks chunks;
    private final InboundMessage message;

    private Endings(ChatChunks chunks, InboundMessage message) {
      this.chunks = chunks;
      this.message = message;
    }

    @Override
    public List<String> of(TurnReport report) {
      taken(report, message);
      return chunks.end(report);
    }

    @Override
    public String told(HttpFailure failure) {
      return new String(errors.body(failure), StandardCharsets.UTF_8);
    }
  }

  private static Duration patience(BotSettings bot) {
    return bot.timeout().plus(PATIENCE_BEYOND_TIMEOUT);
  }

  private Optional<RateState> accept(
      InboundMessage message, BotSettings bot, List<RateLimit> limits) {
    return switch (inbox.accept(message, bot, limits)) {
      case Acceptance.Accepted(_, var rate) -> rate;
      case Acceptance.Duplicate _ -> inbox.look(message.team(), limits);
      case Acceptance.RateLimited(var rate) -> throw RateHeaders.tooMany(rate, clock.instant());
    };
  }

  /// @throws HttpFailure if the turn has no answer
  private void taken(TurnReport report, InboundMessage message) {
    reports.markTaken(message.team(), report.id());
    ChatFailures.of(report)
        .ifPresent(failure -> {
          throw failure;
        });
  }

  private static HttpResponse<?> with(Optional<RateState> rate, MutableHttpResponse<?> answer) {
    rate.ifPresent(state -> RateHeaders.add(answer, state));
    return answer;
  }
}
