package dev.pennyworth.botsapi.secrets;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Optional;

/// `master.key` in the data folder: the master key of who named none.
public final class MasterKeyFile {
  private static final String NAME = "master.key";
  private static final String OWNER_ONLY = "rw-------";

  private final Path file;
  private final SecureRandom random;

  public MasterKeyFile(Path home, SecureRandom random) {
    this.file = home.resolve(NAME);
    this.random = random;
  }

  public Path path() {
    return file;
  }

  /// The key in the file; makes the file with a fresh key and mode 0600 if there is none. Empty if
  /// the file holds anything but a key.
  public Optional<MasterKey> readOrCreate() throws IOException {
    if (!Files.exists(file)) {
      create();
    }
    return MasterKey.parse(Files.readString(file));
  }

  /// Written beside and moved, so that a crash leaves a whole file or none.
  private void create() throws IOException {
    var draft =
        Files.createTempFile(file.toAbsolutePath().getParent(), NAME, ".draft", ownerOnly());
    try {
      Files.writeString(draft, MasterKey.generate(random) + "\n");
      Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(draft);
    }
  }

  private static FileAttribute<?>[] ownerOnly() {
    boolean posix = FileSystems.getDefault().supportedFileAttributeViews().contains("posix");
    return posix
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(OWNER_ONLY))
        }
        : new FileAttribute<?>[0];
  }
}
