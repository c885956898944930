package dev.pennyworth.botsapi.house;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/// The working tree: the text files that git tracks, or would track if they were added now.
record Tree(Path root, List<TextFile> files) {
  private static final Predicate<String> IS_BUILT_OR_HIDDEN =
      path -> path.startsWith(".") || path.contains("/.") || ("/" + path).contains("/target/");

  Tree {
    files = List.copyOf(files);
  }

  static Tree ofRepository() {
    return of(rootAbove(Path.of("").toAbsolutePath()));
  }

  static Tree of(Path root) {
    var paths = gitPaths(root).orElseGet(() -> walkedPaths(root));
    return new Tree(root, paths.stream().sorted().flatMap(path -> read(root, path)).toList());
  }

  List<TextFile> where(Predicate<TextFile> condition) {
    return files.stream().filter(condition).toList();
  }

  private static Path rootAbove(Path start) {
    return Stream.iterate(start, folder -> folder != null, Path::getParent)
        .filter(folder -> Files.exists(folder.resolve("mvnw")))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("no mvnw at or above " + start));
  }

  /// Empty where there is no git, or no repository of its own.
  private static Optional<List<String>> gitPaths(Path root) {
    if (!Files.exists(root.resolve(".git"))) {
      return Optional.empty();
    }
    try {
      var git =
          new ProcessBuilder("git", "ls-files", "-z", "-co", "--exclude-standard")
              .directory(root.toFile())
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      git.getOutputStream().close();
      var output = new String(git.getInputStream().readAllBytes(), UTF_8);
      return git.waitFor() == 0
          ? Optional.of(Stream.of(output.split("\0")).distinct().toList())
          : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while git listed the files", e);
    }
  }

  private static List<String> walkedPaths(Path root) {
    try (var walk = Files.walk(root)) {
      return walk.filter(Files::isRegularFile)
          .map(file -> root.relativize(file).toString().replace('\\', '/'))
          .filter(IS_BUILT_OR_HIDDEN.negate())
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Nothing for a file that was deleted but is still tracked, and for what is no text.
  private static Stream<TextFile> read(Path root, String path) {
    var file = root.resolve(path);
    if (!Files.isRegularFile(file)) {
      return Stream.empty();
    }
    try {
      var text = new String(Files.readAllBytes(file), UTF_8);
      return text.indexOf('\0') < 0 ? Stream.of(new TextFile(path, text)) : Stream.empty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
