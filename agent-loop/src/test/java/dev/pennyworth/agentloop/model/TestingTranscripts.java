package dev.pennyworth.agentloop.model;

import dev.pennyworth.agentloop.TestingOpenAiServer.Reply;
import dev.pennyworth.agentloop.model.ModelReply.Answered;
import dev.pennyworth.agentloop.model.ModelReply.Failed;
import dev.pennyworth.billing.TokenUsage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Answers of providers as they send them, each in a file with what must come of it.
///
/// A file of `transcripts/<provider>/` has lines `# name: value`, then `---`, then the body to the
/// last byte:
///
/// - `model`: what is asked, and at whose price the cost is computed
/// - `expect.text`: with `\n` for line breaks; empty if there is no such line
/// - `expect.tool_call`: `<id> <tool> <arguments>`, one line a call
/// - `expect.finish`: a word of `ModelReply.Finish`; or, for a call that failed, `expect.fault`: a
///   word of `ModelReply.Fault`, and `expect.problem`: the text for the operator
/// - `expect.tokens`: `input=1 output=2 cache_read=3 cache_write=4 cache_write_1h=5`, where
///   `cache_write` are the short ones alone and what is zero may be left out; or `none`
/// - `expect.estimated`: true, or false if there is no such line
/// - `expect.cost_nanos`: of those tokens; left out where there are none
/// - `status`, `content-type`, and `cut: true` for a connection that is closed after the body
final class TestingTranscripts {
  private static final String END_OF_HEAD = "---\n";

  private TestingTranscripts() {}

  /// One file.
  ///
  /// @param name of the file, without its ending
  record Transcript(String name, Map<String, List<String>> head, String body) {
    String model() {
      return one("model").orElseThrow();
    }

    Reply reply() {
      if (one("cut").orElse("false").equals("true")) {
        return new Reply.CutHalfway(body + " ".repeat(body.length())); // half of it is the body
      }
      return new Reply.Answer(
          Integer.parseInt(one("status").orElseThrow()),
          Map.of("content-type", one("content-type").orElseThrow(), "request-id", "req_golden"),
          body);
    }

    /// What must come of it, in the words of the file.
    List<String> expected() {
      var lines = new ArrayList<String>();
      head.forEach((name, values) ->
          values.stream()
              .filter(_ -> name.startsWith("expect."))
              .map(value -> name + ": " + (name.equals("expect.tokens") ? tokens(value) : value))
              .forEach(lines::add));
      if (!head.containsKey("expect.text") && head.containsKey("expect.finish")) {
        lines.add("expect.text: ");
      }
      return lines.stream().sorted().toList();
    }

    /// What came of it, in the same words.
    ///
    /// @param cost in nano-dollars
    static List<String> actual(ModelReply reply, Optional<Long> cost) {
      var lines = new ArrayList<String>();
      switch (reply) {
        case Answered answered -> {
          lines.add("expect.text: " + answered.text().replace("\n", "\\n"));
          answered
              .toolCalls()
              .forEach(call ->
                  lines.add(
                      "expect.tool_call: %s %s %s"
                          .formatted(call.id(), call.toolName(), call.argumentsJson())));
          lines.add("expect.finish: " + answered.finish());
          lines.add("expect.tokens: " + answered.usage().map(Transcript::tokens).orElse("none"));
          if (answered.isEstimated()) {
            lines.add("expect.estimated: true");
          }
          cost.ifPresent(nanos -> lines.add("expect.cost_nanos: " + nanos));
        }
        case Failed(var fault, var problem) -> {
          lines.add("expect.fault: " + fault);
          lines.add("expect.problem: " + problem);
        }
      }
      return lines.stream().sorted().toList();
    }

    private Optional<String> one(String name) {
      return head.getOrDefault(name, List.of()).stream().findFirst();
    }

    private static String tokens(String written) {
      if (written.equals("none")) {
        return written;
      }
      var counts =
          Stream.of(written.split(" "))
              .map(word -> word.split("="))
              .collect(Collectors.toMap(word -> word[0], word -> Long.parseLong(word[1])));
      return tokens(
          new TokenUsage(
              counts.getOrDefault("input", 0L),
              counts.getOrDefault("output", 0L),
              counts.getOrDefault("cache_read", 0L),
              counts.getOrDefault("cache_write", 0L),
              counts.getOrDefault("cache_write_1h", 0L)));
    }

    private static String tokens(TokenUsage usage) {
      return "input=%d output=%d cache_read=%d cache_write=%d cache_write_1h=%d"
          .formatted(
              usage.input(),
              usage.output(),
              usage.cacheRead(),
              usage.cacheWriteShort(),
              usage.cacheWriteHour());
    }

    @Override
    public String toString() {
      return name;
    }
  }

  /// All transcripts of a provider, by name.
  static List<Transcript> of(String provider) {
    try (var files = Files.list(folder(provider))) {
      return files.sorted().map(TestingTranscripts::read).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Path folder(String provider) {
    var folder = TestingTranscripts.class.getResource("transcripts/" + provider);
    try {
      return Path.of(Optional.ofNullable(folder).orElseThrow().toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Transcript read(Path file) {
    try {
      String text = Files.readString(file);
      int end = text.indexOf(END_OF_HEAD);
      var head =
          text.substring(0, end)
              .lines()
              .map(line -> line.substring(2).split(": ?", 2))
              .collect(
                  Collectors.groupingBy(
                      words -> words[0],
                      Collectors.mapping(words -> words[1], Collectors.toList())));
      return new Transcript(
          file.getFileName().toString().replace(".txt", ""),
          head,
          text.substring(end + END_OF_HEAD.length()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
