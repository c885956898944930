package dev.pennyworth.migrations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PostgresBinariesTest {
  @TempDir private Path folder;

  @Test
  void programsStayExecutableAndLinksStayLinks() throws Exception {
    var home = PostgresHome.at(folder);
    Files.createDirectories(folder.resolve("postgresql.partial/left by a start that was cut off"));

    PostgresBinaries.unpack(home);

    assertThat(home.program("postgres")).isExecutable();
    assertThat(home.binaries().resolve("share/postgresql/postgres.bki")).isRegularFile();
    try (var files = Files.list(home.binaries().resolve("lib"))) {
      assertThat(files.filter(Files::isSymbolicLink)).isNotEmpty();
    }
    assertThat(folder.resolve("postgresql.partial")).doesNotExist();
  }

  @Test
  void anEntryInsideTheFolderIsWritten() throws Exception {
    PostgresBinaries.untar(archive(file("bin/postgres")), folder.resolve("target"));

    assertThat(folder.resolve("target/bin/postgres")).isRegularFile();
  }

  @Test
  void anEntryThatLeadsOutOfTheFolderIsRefused() throws Exception {
    var link = new TarArchiveEntry("bin/up", TarConstants.LF_SYMLINK);
    link.setLinkName("../../outside");

    for (var entry : List.of(file("../outside"), file("bin/../../outside"), link)) {
      assertThatThrownBy(() -> PostgresBinaries.untar(archive(entry), folder.resolve("target")))
          .hasMessageContaining("leads out of its folder");
    }
    assertThat(folder.resolve("outside")).doesNotExist();
  }

  private static TarArchiveEntry file(String name) {
    return new TarArchiveEntry(name, true);
  }

  private static TarArchiveInputStream archive(TarArchiveEntry entry) throws IOException {
    var bytes = new ByteArrayOutputStream();
    try (var archive = new TarArchiveOutputStream(bytes)) {
      archive.putArchiveEntry(entry);
      archive.closeArchiveEntry();
    }
    return new TarArchiveInputStream(new ByteArrayInputStream(bytes.toByteArray()));
  }
}
