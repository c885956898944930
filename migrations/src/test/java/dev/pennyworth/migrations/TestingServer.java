package dev.pennyworth.migrations;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// The one embedded server of a test JVM, and the migrated database that all others are copies of.
///
/// It lives in memory (`/dev/shm`) where there is enough, and otherwise in `target/testing` of the
/// repository, in a folder named after the JVM, with which it goes. What a killed JVM left, the
/// next one removes. The unpacked programs in `target/testing` are shared.
///
/// Why memory: each copy of the template is 300 new files, which a disk that has just seen as many
/// deleted may take 250 ms for, and memory 20 ms.
final class TestingServer {
  private static final String HOME_PREFIX = "home-";
  private static final Pattern HOME_NAME = Pattern.compile(HOME_PREFIX + "([0-9]{1,18})(-.*)?");
  private static final String TEMPLATE = "migrated_template";

  private static final Path MEMORY = Path.of("/dev/shm");
  private static final long MEMORY_BYTES_MIN = 2L << 30;

  // Nothing here outlives the JVM, so nothing is forced to the disk.
  private static final List<String> SERVER_OPTIONS =
      List.of(
          "fsync=off",
          "synchronous_commit=off",
          "full_page_writes=off",
          "autovacuum=off",
          "max_connections=200",
          "min_wal_size=32MB",
          "max_wal_size=128MB");

  private final EmbeddedPostgres postgres;
  private final AtomicLong databases = new AtomicLong();

  private TestingServer(EmbeddedPostgres postgres) {
    this.postgres = postgres;
  }

  private static final class Holder {
    private static final TestingServer INSTANCE = start();
  }

  static TestingServer get() {
    return Holder.INSTANCE;
  }

  private static TestingServer start() {
    unpackSharedBinaries();
    var parent = serversFolder();
    removeLeftovers(parent);
    var home = sharing(PostgresHome.at(parent.resolve(ownName())), SERVER_OPTIONS);
    var server = new TestingServer(EmbeddedPostgres.start(home));
    Runtime.getRuntime().addShutdownHook(new Thread(() -> server.stop(home)));
    server.execute("CREATE DATABASE " + TEMPLATE);
    Schema.migrate(server.postgres.dataSource(TEMPLATE));
    server.execute("ALTER DATABASE " + TEMPLATE + " IS_TEMPLATE true ALLOW_CONNECTIONS false");
    return server;
  }

  private static String ownName() {
    return HOME_PREFIX + ProcessHandle.current().pid();
  }

  /// A folder for a test that starts a server of its own; removed by the test, or as a leftover.
  static Path newFolder() throws IOException {
    return Files.createTempDirectory(serversFolder(), ownName() + "-").toRealPath();
  }

  // From a home beside them, because a folder gets its name within one file system only.
  static void unpackSharedBinaries() {
    removeLeftovers(testingFolder());
    var home = productionHome(testingFolder().resolve(ownName()));
    PostgresBinaries.unpack(home);
    Folders.deleteTree(home.folder());
  }

  private void stop(PostgresHome home) {
    postgres.close(StopMode.IMMEDIATE);
    Folders.deleteTree(home.folder());
  }

  /// The same server as in production, but for where its programs are.
  static PostgresHome productionHome(Path folder) {
    return sharing(PostgresHome.at(folder), List.of());
  }

  private static PostgresHome sharing(PostgresHome home, List<String> serverOptions) {
    var binaries = testingFolder().resolve("postgresql-" + PostgresBinaries.VERSION);
    return new PostgresHome(home.folder(), binaries, serverOptions);
  }

  /// In memory where there is enough, and it is ours alone; on the disk of the repository
  /// otherwise.
  private static Path serversFolder() {
    var user = System.getProperty("user.name", "");
    var folder = MEMORY.resolve("pennyworth-testing-" + user);
    try {
      if (!Files.isWritable(MEMORY)
          || Files.getFileStore(MEMORY).getUsableSpace() < MEMORY_BYTES_MIN) {
        return testingFolder();
      }
      if (Files.notExists(folder, LinkOption.NOFOLLOW_LINKS)) {
        Files.createDirectories(folder);
      }
      if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)
          || !Files.getOwner(folder, LinkOption.NOFOLLOW_LINKS).getName().equals(user)) {
        return testingFolder();
      }
      // Others may pass through: some servers run as another user.
      Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx--x--x"));
      return folder;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Path testingFolder() {
    try {
      var working = Path.of("").toRealPath();
      return Files.createDirectories(
          Stream.iterate(Optional.of(working), Optional::isPresent, TestingServer::parent)
              .flatMap(Optional::stream)
              .filter(folder -> Files.isDirectory(folder.resolve(".mvn")))
              .findFirst()
              .orElse(working)
              .resolve("target/testing"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Optional<Path> parent(Optional<Path> folder) {
    return folder.map(Path::getParent);
  }

  private static void removeLeftovers(Path parent) {
    try (var entries = Files.list(parent)) {
      entries.filter(TestingServer::isLeftover).forEach(TestingServer::removeLeftover);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean isLeftover(Path folder) {
    var name = HOME_NAME.matcher(folder.getFileName().toString());
    return name.matches()
        && ProcessHandle.of(Long.parseLong(name.group(1))).filter(ProcessHandle::isAlive).isEmpty();
  }

  // Two JVMs may find the same leftover: whoever renames it removes it.
  private static void removeLeftover(Path folder) {
    PostmasterPid.read(PostgresHome.at(folder).data())
        .flatMap(PostmasterPid::process)
        .ifPresent(ProcessHandle::destroyForcibly);
    var doomed =
        folder.resolveSibling(folder.getFileName() + "-of-" + ProcessHandle.current().pid());
    try {
      Files.move(folder, doomed);
    } catch (NoSuchFileException _) {
      return;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Folders.deleteTree(doomed);
  }

  TestingDatabase copy(String template) {
    var name = "test_" + databases.incrementAndGet();
    // As files: through the write-ahead log, the default, it takes five times as long.
    execute("CREATE DATABASE %s TEMPLATE %s STRATEGY FILE_COPY".formatted(name, template));
    return new TestingDatabase(this, name);
  }

  TestingDatabase migrated() {
    return copy(TEMPLATE);
  }

  TestingDatabase empty() {
    return copy("template0");
  }

  void drop(String database) {
    execute("DROP DATABASE IF EXISTS %s WITH (FORCE)".formatted(database));
  }

  EmbeddedPostgres postgres() {
    return postgres;
  }

  private void execute(String sql) {
    var maintenance = postgres.dataSource(EmbeddedPostgres.MAINTENANCE_DATABASE);
    try (var connection = maintenance.getConnection();
        var statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new IllegalStateException("the testing server refused: " + sql, e);
    }
  }
}
