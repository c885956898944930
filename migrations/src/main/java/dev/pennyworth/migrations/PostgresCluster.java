package dev.pennyworth.migrations;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;

/// The data folder and the password that opens it. They are made together, and the folder gets its
/// name last: without that name there is nothing yet, and a start begins anew.
final class PostgresCluster {
  private static final int PASSWORD_BYTES = 24;

  private PostgresCluster() {}

  /// Makes the data folder where it is missing, and gives the password.
  static String initializeIfAbsent(PostgresHome home, PostgresPrograms programs) {
    if (!Files.isDirectory(home.data())) {
      initialize(home, programs);
    }
    programs.handOver(home.data());
    return readPassword(home);
  }

  private static void initialize(PostgresHome home, PostgresPrograms programs) {
    var partial = home.data().resolveSibling(home.data().getFileName() + ".partial");
    Folders.deleteTree(partial);
    Folders.writePrivately(home.passwordFile(), newPassword());
    programs.handOver(home.passwordFile());
    createPrivateFolder(partial);
    programs.handOver(partial);
    programs.initialize(partial, home.passwordFile());
    Folders.moveIntoPlace(partial, home.data());
  }

  private static String newPassword() {
    var bytes = new byte[PASSWORD_BYTES];
    new SecureRandom().nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }

  private static void createPrivateFolder(Path folder) {
    try {
      Files.createDirectory(
          folder,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String readPassword(PostgresHome home) {
    try {
      var password =
          Files.exists(home.passwordFile()) ? Files.readString(home.passwordFile()).strip() : "";
      if (password.isEmpty()) {
        throw new DatabaseException(
            "The password of the embedded database is missing: put back %s, which belongs to %s."
                .formatted(home.passwordFile(), home.data()));
      }
      return password;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
