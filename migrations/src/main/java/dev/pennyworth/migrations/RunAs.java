package dev.pennyworth.migrations;

import com.sun.security.auth.module.UnixSystem;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// As whom the programs of PostgreSQL run, as words put before their command lines.
///
/// PostgreSQL refuses to run as root. Under root there are two ways out:
///
/// 1. `unshare -U` runs it in a user namespace where it is nobody in name, while for the files it
///    is who we are: nothing changes hands, and folders closed to others stay open to it.
/// 2. `setpriv` runs it as another user, to whom the data is given. That user must be able to enter
///    the folder. A data folder that already belongs to a user other than root is always served as
///    that user.
///
/// @param prefix put before a command line; may be empty
/// @param newOwner who must own the data and the password file, or null when they stay as they are
record RunAs(List<String> prefix, @Nullable Owner newOwner) {

  /// A user and group by number.
  record Owner(int userId, int groupId) {}

  private static final int ROOT_ID = 0;

  /// The customary number of `nobody` on Linux; `initdb` wants it to have a name.
  static final Owner NOBODY = new Owner(65_534, 65_534);

  private static final String SYSTEM_PATH = "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin";

  RunAs {
    prefix = List.copyOf(prefix);
  }

  /// Finds the way that works here, by running `postgres --version` in it.
  static RunAs choose(PostgresHome home) {
    return new UnixSystem().getUid() == ROOT_ID ? chooseUnderRoot(home) : asOurselves(home);
  }

  private static RunAs asOurselves(PostgresHome home) {
    var outcome = tryOut(home, List.of());
    if (outcome.hasSucceeded()) {
      return new RunAs(List.of(), null);
    }
    throw new DatabaseException(
        "The bundled PostgreSQL does not run on this machine: %s Name a PostgreSQL 15 or newer in PENNYWORTH_DATABASE_URL."
            .formatted(outcome.output()));
  }

  private static RunAs chooseUnderRoot(PostgresHome home) {
    var dataOwner = ownerOf(home.data());
    if (dataOwner != null && dataOwner.userId() != ROOT_ID) {
      return asUser(home, dataOwner);
    }
    var namespace = inUserNamespace(home);
    return namespace.isPresent() ? namespace.get() : asUser(home, NOBODY);
  }

  private static Optional<RunAs> inUserNamespace(PostgresHome home) {
    return findProgram("unshare")
        .map(unshare -> List.of(unshare, "-U"))
        .filter(prefix -> tryOut(home, prefix).hasSucceeded())
        .map(prefix -> new RunAs(prefix, null));
  }

  static RunAs asUser(PostgresHome home, Owner owner) {
    var setpriv =
        findProgram("setpriv")
            .orElseThrow(() -> refusal(home, "neither `unshare -U` nor `setpriv` works here"));
    letEnter(home.folder());
    var prefix =
        List.of(
            setpriv, "--reuid=" + owner.userId(), "--regid=" + owner.groupId(), "--clear-groups");
    var outcome = tryOut(home, prefix);
    if (!outcome.hasSucceeded()) {
      throw refusal(home, "user %d cannot run it: %s".formatted(owner.userId(), outcome.output()));
    }
    return new RunAs(prefix, owner);
  }

  private static DatabaseException refusal(PostgresHome home, String reason) {
    return new DatabaseException(
        "PostgreSQL refuses to run as root, and %s. Run Pennyworth as an ordinary user, or name in PENNYWORTH_HOME a folder that others may enter instead of %s."
            .formatted(reason, home.folder()));
  }

  // Entering is not reading: what is secret in the folder is closed by its own mode.
  private static void letEnter(Path folder) {
    try {
      var permissions = Files.getPosixFilePermissions(folder);
      if (permissions.add(PosixFilePermission.OTHERS_EXECUTE)) {
        Files.setPosixFilePermissions(folder, permissions);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Command.Outcome tryOut(PostgresHome home, List<String> prefix) {
    var line = new ArrayList<>(prefix);
    line.add(home.program("postgres").toString());
    line.add("--version");
    return Command.run(line, home.toolLogFile("version"), Command.SHORT_TIMEOUT);
  }

  private static @Nullable Owner ownerOf(Path path) {
    try {
      if (!Files.exists(path)) {
        return null;
      }
      var attributes = Files.readAttributes(path, "unix:uid,gid", LinkOption.NOFOLLOW_LINKS);
      return attributes.get("uid") instanceof Integer userId
              && attributes.get("gid") instanceof Integer groupId
          ? new Owner(userId, groupId)
          : null;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Gives a file, or a folder and all in it, to the user who will need it.
  void handOver(Path path) {
    if (newOwner != null && !newOwner.equals(ownerOf(path))) {
      Folders.changeOwner(path, newOwner.userId(), newOwner.groupId());
    }
  }

  static Optional<String> findProgram(String name) {
    return Arrays.stream(systemPath().split(File.pathSeparator, -1))
        .map(folder -> Path.of(folder, name))
        .filter(path -> path.isAbsolute() && Files.isExecutable(path))
        .map(Path::toString)
        .findFirst();
  }

  static String systemPath() {
    var path = System.getenv("PATH");
    return path == null || path.isBlank() ? SYSTEM_PATH : path;
  }
}
