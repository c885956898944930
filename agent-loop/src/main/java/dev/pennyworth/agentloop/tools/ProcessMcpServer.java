package dev.pennyworth.agentloop.tools;

import dev.pennyworth.agentloop.McpPrograms.Program;
import io.modelcontextprotocol.client.McpSyncClient;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/// One run of a program that is an MCP server, from its start to its end.
///
/// It greets while whoever needs it waits, and goes on greeting when he gives up: programs that are
/// fetched first may take longer than any turn would wait. A call that is given up ends the
/// program, because nobody knows what it is doing; but not before the others that use it have their
/// answers. Nobody new comes in then.
final class ProcessMcpServer {
  private static final String NOT_STARTED = "It could not be started.";

  private final Program program;
  private final ProcessMcpTransport transport;
  private final McpSyncClient client;
  private final CountDownLatch greeting = new CountDownLatch(1);
  private volatile String problem = NOT_STARTED;
  private int users;
  private boolean isClosing;
  private long usedAtNanos = System.nanoTime();

  /// Starts the program.
  ///
  /// @throws IOException if there is no such program, or it may not be run
  ProcessMcpServer(Program program, Path folder, Duration startMax) throws IOException {
    this.program = program;
    this.transport = new ProcessMcpTransport(program, folder);
    this.client = McpSdk.client(transport);
    boolean _ =
        Thread.ofVirtual()
            .name("mcp-%s-greeting".formatted(program.name()))
            .start(() -> greet(startMax))
            .isAlive();
  }

  private void greet(Duration startMax) {
    try {
      McpSdk.greet(client, System.nanoTime() + startMax.toNanos());
      problem = "";
    } catch (McpRefused e) {
      fail(e.text());
    } catch (NoAnswer e) {
      fail(e.text());
    } finally {
      greeting.countDown();
    }
  }

  private void fail(String why) {
    problem = NOT_STARTED + " " + why;
    transport.end(why);
  }

  /// Comes in, unless the program is ending. Whoever came in asks, and then leaves.
  synchronized boolean enter() {
    if (isClosing || !transport.isAlive()) {
      return false;
    }
    users++;
    return true;
  }

  <T> T ask(Function<McpSyncClient, T> question, long deadlineNanos) throws McpRefused, NoAnswer {
    awaitGreeting(deadlineNanos);
    return McpSdk.ask(client, question, deadlineNanos);
  }

  private void awaitGreeting(long deadlineNanos) throws NoAnswer {
    try {
      if (!greeting.await(deadlineNanos - System.nanoTime(), TimeUnit.NANOSECONDS)) {
        throw new NoAnswer("It is still starting.", false);
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      throw new NoAnswer("It is still starting.", false);
    }
    if (!problem.isEmpty()) {
      throw new NoAnswer(problem, false);
    }
  }

  synchronized void leave() {
    users--;
    usedAtNanos = System.nanoTime();
    isClosing |= transport.isSilent();
    if (isClosing && users == 0) {
      transport.end("It was given up.");
    }
  }

  /// Whether nobody has used it for so long, or it has ended; then nobody does any more.
  synchronized boolean isDone(Duration idleMax) {
    boolean isIdle = users == 0 && System.nanoTime() - usedAtNanos >= idleMax.toNanos();
    isClosing |= isIdle || !transport.isAlive();
    return isIdle || !transport.isAlive();
  }

  /// Lets it end in peace, for a moment; then ends it.
  void close() {
    synchronized (this) {
      isClosing = true;
    }
    transport.farewell("%s was stopped.".formatted(program.name()));
  }
}
