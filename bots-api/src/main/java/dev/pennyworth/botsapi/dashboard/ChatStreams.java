package dev.pennyworth.botsapi.dashboard;

import dev.pennyworth.agentloop.TurnEvent;
import dev.pennyworth.agentloop.TurnReport;
import dev.pennyworth.botsapi.accounts.Caller;
import dev.pennyworth.botsapi.bots.TestChats;
import dev.pennyworth.connectors.Json;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.sse.Event;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;

/// Tells a page of a turn while it runs: text as it is written, a row for each step, the wallet
/// after each booking, and at the end the turn as the page would show it.
final class ChatStreams {
  private final TestChats chats;
  private final HtmlPages pages;
  private final Json json;
  private final ExecutorService threads;

  ChatStreams(TestChats chats, HtmlPages pages, Json json, ExecutorService threads) {
    this.chats = chats;
    this.pages = pages;
    this.json = json;
    this.threads = threads;
  }

  /// The answer that tells of a turn.
  HttpResponse<?> of(
      Caller caller, HttpRequest<?> request, TestChats.Begun begun, String formToken) {
    var telling = new Telling(caller, request, begun, formToken);
    return HttpResponse.ok(new EventStream(telling, threads))
        .contentType(MediaType.TEXT_EVENT_STREAM_TYPE)
        .header("X-Accel-Buffering", "no");
  }

  /// One turn, as it is told.
  private final class Telling implements EventStream.Source {
    private final Caller caller;
    private final HttpRequest<?> request;
    private final TestChats.Begun begun;
    private final String formToken;
    private final long deadlineNanos;
    private boolean hasEnded;

    private Telling(
        Caller caller, HttpRequest<?> request, TestChats.Begun begun, String formToken) {
      this.caller = caller;
      this.request = request;
      this.begun = begun;
      this.formToken = formToken;
      this.deadlineNanos = System.nanoTime() + begun.patience().toNanos();
    }

    @Override
    public boolean hasEnded() {
      return hasEnded;
    }

    @Override
    public List<Event<String>> next() throws InterruptedException {
      var event = begun.watch().next(EventStream.SILENCE_MAX);
      if (event.isEmpty()) {
        hasEnded = System.nanoTime() > deadlineNanos;
        return List.of(Event.of("{}").name("quiet"));
      }
      return switch (event.get()) {
        case TurnEvent.Text(int n, int offset, String text) ->
            List.of(event("text", Map.of("n", n, "offset", offset, "text", text)));
        case TurnEvent.StepBegan began -> step(began.n());
        case TurnEvent.StepFinished finished -> step(finished.n());
        case TurnEvent.Ended _ -> end();
      };
    }

    private List<Event<String>> step(int n) {
      var told = new ArrayList<Event<String>>();
      step(chats.report(caller, begun.turn()), n)
          .ifPresent(step -> told.add(html("step", n, "parts/step", Map.of("step", step))));
      told.addAll(wallet());
      return told;
    }

    private static Optional<TurnReport.Step> step(TurnReport turn, int n) {
      return turn.steps().stream().filter(step -> step.n() == n).findFirst();
    }

    private List<Event<String>> wallet() {
      return pages.wallet(caller).stream()
          .map(wallet -> html("wallet", 0, "parts/wallet", Map.of("wallet", wallet)))
          .toList();
    }

    private List<Event<String>> end() {
      hasEnded = true;
      var report = chats.report(caller, begun.turn());
      var told = new ArrayList<>(wallet());
      told.add(
          html(
              "end",
              0,
              "parts/answer",
              Map.of("turn", report, "role", caller.role(), "formToken", formToken)));
      return told;
    }

    private Event<String> html(String name, int n, String template, Map<String, Object> model) {
      return event(name, Map.of("n", n, "html", pages.text(request, template, model)));
    }

    private Event<String> event(String name, Map<String, Object> data) {
      return Event.of(new String(json.write(data), StandardCharsets.UTF_8)).name(name);
    }

    @Override
    public void close() {
      begun.watch().close();
    }
  }
}
