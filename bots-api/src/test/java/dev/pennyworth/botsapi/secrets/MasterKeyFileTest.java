package dev.pennyworth.botsapi.secrets;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class MasterKeyFileTest {
  @TempDir private Path home;

  @Test
  void theKeyIsMadeOnceForTheOwnerOnly() throws IOException {
    var first = file().readOrCreate().orElseThrow();
    var second = file().readOrCreate().orElseThrow();

    assertThat(second.derive("x")).isEqualTo(first.derive("x"));
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file().path())))
        .isEqualTo("rw-------");
    try (var files = Files.list(home)) {
      assertThat(files).containsExactly(file().path());
    }
  }

  @Test
  void aFileWithAnythingElseIsNotReplaced() throws IOException {
    Files.writeString(file().path(), "not a key");

    assertThat(file().readOrCreate()).isEmpty();
    assertThat(file().path()).hasContent("not a key");
  }

  private MasterKeyFile file() {
    return new MasterKeyFile(home, new SecureRandom());
  }
}
