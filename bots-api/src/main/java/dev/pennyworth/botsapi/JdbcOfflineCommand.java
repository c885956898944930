package dev.pennyworth.botsapi;

import dev.pennyworth.billing.BillingWiring;
import dev.pennyworth.billing.JdbcProof;
import dev.pennyworth.billing.Proof;
import dev.pennyworth.billing.TeamId;
import java.io.PrintStream;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;

/// What an operator does with the books of all teams, without a server: it takes the embedded
/// database for itself, or joins the one of `PENNYWORTH_DATABASE_URL`.
enum JdbcOfflineCommand {
  /// Recomputes all books; names the first row of each team that disagrees.
  VERIFY("verify") {
    @Override
    int run(Jdbi jdbi, PrintStream out) {
      var proof = new BillingWiring().proof(jdbi);
      var teams = proof.teams();
      long wrong = teams.stream().filter(team -> !isProven(proof, team, out)).count();
      out.println(
          wrong == 0
              ? "The books of all %d teams agree.".formatted(teams.size())
              : "The books of %d of %d teams disagree.".formatted(wrong, teams.size()));
      return wrong == 0 ? 0 : 1;
    }
  },

  /// Writes the daily figures of all bots anew, from the ledger.
  REBUILD_ANALYTICS("rebuild-analytics") {
    @Override
    int run(Jdbi jdbi, PrintStream out) {
      var rollups = new BillingWiring().rollups();
      var teams = new BillingWiring().proof(jdbi).teams();
      int corrected = 0;
      for (var team : teams) {
        int days = jdbi.inTransaction(tx -> rollups.rebuild(tx, team));
        out.println("%s  %d days corrected".formatted(team, days));
        corrected += days;
      }
      out.println(
          "The daily figures of %d teams are those of the ledger; %d days were not."
              .formatted(teams.size(), corrected));
      return 0;
    }
  };

  private final String word;

  JdbcOfflineCommand(String word) {
    this.word = word;
  }

  abstract int run(Jdbi jdbi, PrintStream out);

  /// Runs the command that the arguments name.
  ///
  /// @param running takes what must be stopped afterwards
  /// @return what the process exits with: 0, or 1 if the books disagree or there are none
  /// @throws StartRefused if there is no such command
  static int run(
      List<String> arguments, Map<String, String> variables, PrintStream out, StopList running) {
    var command =
        Stream.of(values())
            .filter(one -> arguments.equals(List.of(one.word)))
            .findFirst()
            .orElseThrow(() -> new StartRefused(usage(arguments)));
    var configuration = Configuration.read(variables);
    if (configuration.databaseUrl().isEmpty() && !Files.isDirectory(configuration.home())) {
      throw new StartRefused(
          "There is no database in %s. Name the folder in PENNYWORTH_HOME, or the database in PENNYWORTH_DATABASE_URL."
              .formatted(configuration.home()));
    }
    var home = Pennyworth.home(configuration.home());
    var database = running.add(Pennyworth.database(configuration, home, running));
    try {
      return command.run(new BillingWiring().jdbi(database), out);
    } catch (JdbiException e) {
      throw new StartRefused(
          "The database cannot be read: either it is away, or no Pennyworth of this version has"
              + " started on it yet.",
          e);
    }
  }

  private static String usage(List<String> arguments) {
    return "There is no command '%s'. There are: %s. Without one, the server starts."
        .formatted(
            String.join(" ", arguments),
            Stream.of(values()).map(one -> one.word).collect(Collectors.joining(", ")));
  }

  private static boolean isProven(JdbcProof proof, TeamId team, PrintStream out) {
    var found = proof.prove(team);
    out.println(
        "%s  %s"
            .formatted(
                team,
                found
                    .firstMismatch()
                    .map(JdbcOfflineCommand::wrong)
                    .orElseGet(() -> "ok  " + checked(found))));
    return found.isOk();
  }

  private static String wrong(Proof.Mismatch mismatch) {
    return "WRONG  %s of %s says %s and should say %s"
        .formatted(mismatch.what(), mismatch.row(), mismatch.stated(), mismatch.recomputed());
  }

  private static String checked(Proof proof) {
    return proof.checked().entrySet().stream()
        .map(entry -> entry.getValue() + " " + entry.getKey())
        .collect(Collectors.joining(", "));
  }
}
