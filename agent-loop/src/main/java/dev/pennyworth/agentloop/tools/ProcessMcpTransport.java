package dev.pennyworth.agentloop.tools;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.pennyworth.agentloop.McpPrograms.Program;
import io.modelcontextprotocol.json.TypeRef;
import io.modelcontextprotocol.spec.McpClientTransport;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCMessage;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCRequest;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCResponse;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import reactor.core.publisher.Mono;

/// Carries the messages of the protocol's SDK to a program and back, a line each.
///
/// Whoever asks waits here for his answer, on his own thread, and for no longer than his call may
/// take; so it is with [HttpMcpTransport]. Several may ask at once: answers are told apart by their
/// ids. Lines that are no messages are passed over, as programs greet people there.
///
/// Source: modelcontextprotocol.io, specification 2025-06-18, transports.
final class ProcessMcpTransport implements McpClientTransport, ProcessMcpPipe.Listener {
  /// Lines that nobody waits for, between two answers.
  private static final int UNASKED_MAX = 1_000;

  private final ProcessMcpPipe pipe;
  private final Map<Object, Waiting> waiting = new ConcurrentHashMap<>();
  private final AtomicInteger unasked = new AtomicInteger();
  private volatile Function<Mono<JSONRPCMessage>, Mono<JSONRPCMessage>> receiver =
      message -> message;
  private volatile Optional<String> ending = Optional.empty();
  private volatile boolean isSilent;

  /// Starts the program.
  ///
  /// @throws IOException if there is no such program, or it may not be run
  ProcessMcpTransport(Program program, Path folder) throws IOException {
    pipe = ProcessMcpPipe.start(program, folder, this);
  }

  /// What somebody waits for: an answer, or that there will be none.
  private record Waiting(AtomicBoolean isWritten, BlockingQueue<Optional<JSONRPCResponse>> end) {
    private Waiting() {
      this(new AtomicBoolean(), new ArrayBlockingQueue<>(1));
    }
  }

  boolean isAlive() {
    return pipe.isAlive();
  }

  /// Whether a call was given up: the program may be at it still.
  boolean isSilent() {
    return isSilent;
  }

  void end(String why) {
    pipe.end(why);
  }

  void farewell(String why) {
    pipe.farewell(why);
  }

  @Override
  public List<String> protocolVersions() {
    return McpSdk.VERSIONS;
  }

  @Override
  public Mono<Void> connect(Function<Mono<JSONRPCMessage>, Mono<JSONRPCMessage>> handler) {
    receiver = handler;
    return Mono.empty();
  }

  @Override
  public Mono<Void> sendMessage(JSONRPCMessage message) {
    return Mono.create(sent -> {
      try {
        send(message);
        sent.success();
      } catch (NoAnswer e) {
        sent.error(e);
      }
    });
  }

  @Override
  public <T> T unmarshalFrom(Object data, TypeRef<T> type) {
    return McpSdk.read(data, type);
  }

  @Override
  public Mono<Void> closeGracefully() {
    return Mono.empty();
  }

  private void send(JSONRPCMessage message) throws NoAnswer {
    if (!(message instanceof JSONRPCRequest request)) {
      // whether it hears us is its own affair
      boolean _ =
          pipe.offer(new ProcessMcpPipe.Line(McpMessages.write(message), new AtomicBoolean()));
      return;
    }
    var one = new Waiting();
    waiting.put(request.id(), one);
    try {
      receive(answer(request, one));
    } finally {
      waiting.remove(request.id());
    }
  }

  private JSONRPCResponse answer(JSONRPCRequest request, Waiting one) throws NoAnswer {
    var limit = McpSdk.timeLeft();
    // Whoever comes too late to be told of the end sees it here.
    if (!pipe.offer(new ProcessMcpPipe.Line(McpMessages.write(request), one.isWritten()))) {
      throw new NoAnswer(pipe.isAlive() ? "It has too much to do." : end(), false);
    }
    try {
      var end = one.end().poll(Math.max(limit.toMillis(), 0), TimeUnit.MILLISECONDS);
      if (end == null) {
        throw silence(one, limit);
      }
      return end.orElseThrow(() -> new NoAnswer(end(), one.isWritten().get()));
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      throw silence(one, limit);
    }
  }

  private String end() {
    return ending.orElse("Its program ended.");
  }

  private NoAnswer silence(Waiting one, Duration limit) {
    isSilent = true;
    return new NoAnswer(
        "It did not answer within %d ms.".formatted(limit.toMillis()), one.isWritten().get());
  }

  private void receive(JSONRPCMessage message) {
    receiver.apply(Mono.just(message)).block();
  }

  @Override
  public void line(String line) {
    if (unasked.incrementAndGet() > UNASKED_MAX) {
      pipe.end("It says more than anybody asks.");
      return;
    }
    try {
      McpMessages.read(line).forEach(this::heard);
    } catch (JsonProcessingException _) {
      // no message
    }
  }

  private void heard(JSONRPCMessage message) {
    switch (message) {
      case JSONRPCResponse answer when answer.id() != null -> {
        var one = waiting.get(answer.id());
        if (one != null && one.end().offer(Optional.of(answer))) {
          unasked.set(0);
        }
      }
      case JSONRPCRequest question -> receive(question);
      default -> {}
    }
  }

  @Override
  public void ended(String why) {
    ending = Optional.of(why);
    waiting
        .values()
        .forEach(one -> {
          boolean _ = one.end().offer(Optional.empty());
        });
  }
}
