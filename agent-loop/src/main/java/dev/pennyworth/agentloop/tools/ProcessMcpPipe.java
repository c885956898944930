package dev.pennyworth.agentloop.tools;

import dev.pennyworth.agentloop.McpPrograms.Program;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import okio.BufferedSource;
import okio.Okio;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A program that is running, and the lines that go in and out of it.
///
/// Reading and writing a pipe cannot be given a limit of time, so three threads do it: one for what
/// goes in, one for what comes out, one for what it says of itself. Nobody else ever waits for the
/// program. The three end with it.
final class ProcessMcpPipe {
  private static final Logger LOG = LoggerFactory.getLogger(ProcessMcpPipe.class);

  /// Of a message; as over HTTP.
  private static final long LINE_BYTES_MAX = 8 << 20;

  private static final long LOG_LINE_BYTES_MAX = 1_000;
  private static final int SECRET_LENGTH_MIN = 4;
  private static final int WAITING_LINES_MAX = 1_000;
  private static final Duration FAREWELL_MAX = Duration.ofSeconds(2);

  /// What a program gets of our environment. Of our own variables, keys and the database's address
  /// among them, it gets none.
  static final Set<String> INHERITED =
      Set.of(
          "PATH",
          "HOME",
          "USER",
          "LOGNAME",
          "SHELL",
          "TERM",
          "LANG",
          "LC_ALL",
          "LC_CTYPE",
          "TZ",
          "TMPDIR");

  private final Program program;
  private final Process process;
  private final Listener listener;

  /// An empty one is the last.
  private final BlockingQueue<Optional<Line>> lines = new ArrayBlockingQueue<>(WAITING_LINES_MAX);

  private final AtomicBoolean hasEnded = new AtomicBoolean();

  private ProcessMcpPipe(Program program, Process process, Listener listener) {
    this.program = program;
    this.process = process;
    this.listener = listener;
  }

  /// Who reads what the program writes. Called by the pipe's own threads; must return at once.
  interface Listener {
    void line(String line);

    /// Nothing comes any more.
    ///
    /// @param why for the owner and his bot's model
    void ended(String why);
  }

  /// A line that goes in.
  ///
  /// @param isWritten is set when the program may have seen any of it
  record Line(String text, AtomicBoolean isWritten) {}

  /// @throws IOException if there is no such program, or it may not be run
  static ProcessMcpPipe start(Program program, Path folder, Listener listener) throws IOException {
    var command = new ArrayList<String>();
    command.add(program.command());
    command.addAll(program.arguments());
    var builder = new ProcessBuilder(command).directory(made(folder).toFile());
    builder.environment().keySet().retainAll(INHERITED);
    program.environment().forEach((name, value) -> builder.environment().put(name, value.reveal()));
    var pipe = new ProcessMcpPipe(program, builder.start(), listener);
    pipe.startThread("in", pipe::write);
    pipe.startThread("out", pipe::read);
    pipe.startThread("log", pipe::log);
    return pipe;
  }

  /// Nobody else may put anything there, such as a package of the name that a program looks for.
  private static Path made(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      Files.createDirectories(
          folder,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }
    return folder;
  }

  /// Whether a program is where it is looked for.
  static boolean isThere(Program program, Path folder) {
    if (program.command().contains("/")) {
      return Files.isExecutable(folder.resolve(program.command()));
    }
    return Stream.of(System.getenv().getOrDefault("PATH", "").split(":"))
        .anyMatch(place -> Files.isExecutable(Path.of(place, program.command())));
  }

  private void startThread(String part, Runnable work) {
    boolean _ =
        Thread.ofPlatform()
            .daemon()
            .name("mcp-%s-%s".formatted(program.name(), part))
            .start(work)
            .isAlive();
  }

  /// Hands over a line to be written, and returns at once.
  ///
  /// @return whether it will be, unless the program ends before
  boolean offer(Line line) {
    return !hasEnded.get() && lines.offer(Optional.of(line));
  }

  boolean isAlive() {
    return !hasEnded.get();
  }

  private void write() {
    try (var input = process.getOutputStream()) {
      for (var line = lines.take(); line.isPresent(); line = lines.take()) {
        line.get().isWritten().set(true);
        input.write((line.get().text() + "\n").getBytes(StandardCharsets.UTF_8));
        input.flush();
      }
    } catch (IOException _) {
      end("Its program does not listen any more.");
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private void read() {
    try (var output = Okio.buffer(Okio.source(process.getInputStream()))) {
      while (output.request(1)) {
        long length = output.indexOf((byte) '\n', 0, LINE_BYTES_MAX);
        if (length < 0 && output.request(LINE_BYTES_MAX)) {
          end("It sent more than %,d bytes in one message.".formatted(LINE_BYTES_MAX));
          return;
        }
        listener.line(line(output, length));
      }
      end(ending());
    } catch (IOException _) {
      end(ending());
    } catch (RuntimeException e) {
      LOG.error("what the MCP server {} sent could not be read", program.name(), e);
      end("What it sent could not be read.");
    }
  }

  /// The next line, without what ends it; what is left, if nothing ends it.
  private static String line(BufferedSource source, long length) throws IOException {
    if (length < 0) {
      return source.readUtf8();
    }
    String line = source.readUtf8(length);
    source.skip(1);
    return line;
  }

  private String ending() {
    try {
      return process.waitFor(FAREWELL_MAX.toMillis(), TimeUnit.MILLISECONDS)
          ? "Its program ended with exit code %d.".formatted(process.exitValue())
          : "Its program says nothing more.";
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return "Its program ended.";
    }
  }

  /// What a program says of itself is for the operator, who looks for what is wrong with it.
  private void log() {
    try (InputStream errors = process.getErrorStream();
        var source = Okio.buffer(Okio.source(errors))) {
      while (source.request(1)) {
        long length = source.indexOf((byte) '\n', 0, LOG_LINE_BYTES_MAX);
        boolean isLong = length < 0 && source.request(LOG_LINE_BYTES_MAX);
        String line = isLong ? source.readUtf8(LOG_LINE_BYTES_MAX) : line(source, length);
        if (LOG.isDebugEnabled()) {
          LOG.debug("MCP server {} says: {}", program.name(), withoutSecrets(line));
        }
      }
    } catch (IOException _) {
      // it says nothing more
    }
  }

  private String withoutSecrets(String line) {
    String safe = line;
    for (var value : program.environment().values()) {
      if (value.reveal().length() >= SECRET_LENGTH_MIN) {
        safe = safe.replace(value.reveal(), "***");
      }
    }
    return safe;
  }

  /// Ends the program and all that it started, at once. Safe to repeat.
  void end(String why) {
    if (hasEnded.compareAndSet(false, true)) {
      killTree();
      lines.clear();
      boolean _ = lines.offer(Optional.empty());
      listener.ended(why);
    }
  }

  /// Tells the program to end, by closing its input, and ends it if it does not.
  void farewell(String why) {
    if (!hasEnded.get() && lines.offer(Optional.empty())) {
      var started = process.descendants().toList();
      try {
        boolean _ = process.waitFor(FAREWELL_MAX.toMillis(), TimeUnit.MILLISECONDS);
      } catch (InterruptedException _) {
        Thread.currentThread().interrupt();
      }
      started.forEach(ProcessHandle::destroyForcibly);
    }
    end(why);
  }

  /// The top goes first, or it would start anew what is below it.
  private void killTree() {
    var below = process.descendants().toList();
    boolean _ = process.toHandle().destroyForcibly();
    for (var one : below) {
      var since = one.descendants().toList();
      boolean _ = one.destroyForcibly();
      since.forEach(ProcessHandle::destroyForcibly);
    }
  }
}
