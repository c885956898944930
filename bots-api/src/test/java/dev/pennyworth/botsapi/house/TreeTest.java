package dev.pennyworth.botsapi.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TreeTest {
  @TempDir private Path root;

  @BeforeEach
  void writeFiles() throws IOException {
    write(".gitignore", "target/\n");
    write("README.md", "# A\n");
    write("billing/A.java", "class A {}\n");
    write("billing/target/B.java", "class B {}\n");
    write("picture.bin", "a\0b");
  }

  @Test
  void withoutGitBuiltFilesHiddenFilesAndBinariesAreLeftOut() {
    assertThat(Tree.of(root).files())
        .extracting(TextFile::path)
        .containsExactly("README.md", "billing/A.java");
  }

  @Test
  void withGitIgnoredFilesAndBinariesAreLeftOut() throws IOException, InterruptedException {
    var git = new ProcessBuilder("git", "init", "--quiet").directory(root.toFile()).start();
    assertThat(git.waitFor()).isZero();

    assertThat(Tree.of(root).files())
        .extracting(TextFile::path)
        .containsExactly(".gitignore", "README.md", "billing/A.java");
  }

  private void write(String path, String text) throws IOException {
    var file = root.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }
}
