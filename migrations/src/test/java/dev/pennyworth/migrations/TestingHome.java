package dev.pennyworth.migrations;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// A data folder for a test that starts the whole program, with PostgreSQL unpacked in it already:
/// a link to the programs that all tests share.
public final class TestingHome implements AutoCloseable {
  private final Path folder;

  private TestingHome(Path folder) {
    this.folder = folder;
  }

  public static TestingHome create() {
    try {
      TestingServer.unpackSharedBinaries();
      var folder = TestingServer.newFolder();
      Files.createSymbolicLink(
          PostgresHome.at(folder).binaries(), TestingServer.productionHome(folder).binaries());
      return new TestingHome(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public Path folder() {
    return folder;
  }

  /// Removes the folder, after ending the server that a killed program may have left running in it.
  @Override
  public void close() {
    PostmasterPid.read(PostgresHome.at(folder).data())
        .flatMap(PostmasterPid::process)
        .ifPresent(process -> {
          process.destroyForcibly();
          process.onExit().join();
        });
    Folders.deleteTree(folder);
  }
}
