package dev.pennyworth.migrations;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// The right to use a [PostgresHome], held by one process at a time. The system frees it when the
/// process dies, however it dies.
final class HomeLock implements AutoCloseable {
  // Closing any channel on a file drops the process's locks on it (POSIX), so that a second taker
  // in this process must be refused before it opens the file.
  private static final Set<Path> HELD_HERE = ConcurrentHashMap.newKeySet();

  private final Path file;
  private final FileChannel channel;

  private HomeLock(Path file, FileChannel channel) {
    this.file = file;
    this.channel = channel;
  }

  static HomeLock take(PostgresHome home) {
    var file = home.lockFile();
    if (!HELD_HERE.add(file)) {
      throw refusal(home, Long.toString(ProcessHandle.current().pid()));
    }
    try {
      return new HomeLock(file, openLocked(home, file));
    } catch (IOException e) {
      HELD_HERE.remove(file);
      throw new UncheckedIOException(e);
    } catch (RuntimeException e) {
      HELD_HERE.remove(file);
      throw e;
    }
  }

  private static FileChannel openLocked(PostgresHome home, Path file) throws IOException {
    var channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    try {
      if (channel.tryLock() == null) {
        throw refusal(home, Files.readString(file).strip());
      }
      channel.truncate(0);
      channel.write(ByteBuffer.wrap(Long.toString(ProcessHandle.current().pid()).getBytes(UTF_8)));
      return channel;
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private static DatabaseException refusal(PostgresHome home, String holder) {
    return new DatabaseException(
        "Another Pennyworth is running on %s (process %s). Stop it, or name another folder in PENNYWORTH_HOME."
            .formatted(home.folder(), holder.isEmpty() ? "unknown" : holder));
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      HELD_HERE.remove(file);
    }
  }
}
