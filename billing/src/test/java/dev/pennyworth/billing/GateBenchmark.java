package dev.pennyworth.billing;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import dev.pennyworth.migrations.EmbeddedPostgres;
import dev.pennyworth.migrations.Schema;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.Test;

/// How many billed steps a second go through the gate: each is held, settled, written to the ledger
/// and to the day's figures. Beside it, on the same server, in the same run, `pgbench -N` ("simple
/// update": one update, one select and one insert a transaction).
///
/// A table, not a test: run it with `.ci/benchmark`. It needs `pgbench` (Debian: `apt-get install
/// postgresql-client postgresql`) and a quiet machine. The books are proved after every run.
class GateBenchmark {
  private static final Duration WARM_UP = Duration.ofSeconds(6);
  private static final Duration MEASURED = Duration.ofSeconds(10);
  private static final List<Integer> CALLERS = List.of(64, 16, 1);
  private static final int WALLETS = 1_000;
  private static final int SCALE = 10;
  private static final long MILLIS_A_TICK = 10;
  private static final TokenUsage USAGE = new TokenUsage(485, 42, 0, 0);
  private static final Path HOME = Path.of("target", "benchmark", UUID.randomUUID().toString());

  @Test
  void billedStepsBesidePgbench() throws Exception {
    Files.createDirectories(HOME);
    try (var postgres = EmbeddedPostgres.start(HOME.toAbsolutePath());
        var pool = new HikariDataSource()) {
      pool.setJdbcUrl(postgres.jdbcUrl());
      pool.setUsername(postgres.user());
      pool.setPassword(postgres.password());
      pool.setMaximumPoolSize(16);
      pool.setConnectionInitSql("SET enable_seqscan = off"); // as the program does
      Schema.migrate(pool);
      var pgbench = new Pgbench(postgres);
      pgbench.initialize();
      print("callers", "what", "a second", "of pgbench", "app ms", "db ms");
      for (int callers : CALLERS) {
        double reference = pgbench.transactionsASecond(callers);
        print(callers, "pgbench -N", reference, 1.0, "", "");
        row(callers, "one wallet", measure(pool, callers, 1, true), reference);
        row(callers, WALLETS + " wallets", measure(pool, callers, WALLETS, true), reference);
        row(callers, "one wallet, commits not shared", measure(pool, callers, 1, false), reference);
      }
    }
  }

  private record Rate(double stepsASecond, double appMillis, double databaseMillis) {}

  private static void row(int callers, String what, Rate rate, double reference) {
    print(
        callers,
        what,
        rate.stepsASecond(),
        rate.stepsASecond() / reference,
        rate.appMillis(),
        rate.databaseMillis());
  }

  private static void print(Object... cells) {
    var line = new StringBuilder("|");
    for (var cell : cells) {
      line.append(
          cell instanceof Double number
              ? String.format(Locale.ROOT, " %10.2f |", number)
              : String.format(Locale.ROOT, " %10s |", cell));
    }
    System.out.println(line);
  }

  private static Rate measure(HikariDataSource pool, int callers, int wallets, boolean isShared)
      throws Exception {
    var bench = new Bench(pool, wallets, isShared);
    bench.run(callers, WARM_UP);
    bench.run(callers, WARM_UP);
    long appBefore = appNanos();
    long databaseBefore = databaseMillis();
    long startedNanos = System.nanoTime();
    long steps = bench.run(callers, MEASURED);
    double seconds = (System.nanoTime() - startedNanos) / 1e9;
    double app = (appNanos() - appBefore) / 1e6 / steps;
    double database = (double) (databaseMillis() - databaseBefore) / steps;
    bench.prove();
    return new Rate(steps / seconds, app, database);
  }

  /// CPU time of this process, which runs the callers as well.
  private static long appNanos() {
    return ProcessHandle.current().info().totalCpuDuration().orElseThrow().toNanos();
  }

  /// CPU time of all PostgreSQL processes that are alive.
  private static long databaseMillis() throws IOException {
    long ticks = 0;
    try (var processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
      for (var process : processes) {
        ticks += ticks(process);
      }
    }
    return ticks * MILLIS_A_TICK;
  }

  private static long ticks(Path process) {
    try {
      String stat = Files.readString(process.resolve("stat"));
      var fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
      boolean isPostgres = stat.contains("(postgres)");
      return isPostgres ? Long.parseLong(fields[11]) + Long.parseLong(fields[12]) : 0;
    } catch (IOException _) {
      return 0; // it has ended in between
    }
  }

  private static final class Bench {
    private final Jdbi jdbi;
    private final JdbcGate gate;
    private final JdbcProof proof;
    private final Price price;
    private final boolean isShared;
    private final List<Owner> owners = new ArrayList<>();

    private record Owner(TeamId team, BotId bot) {}

    Bench(HikariDataSource pool, int wallets, boolean isShared) {
      var wiring = new BillingWiring();
      this.isShared = isShared;
      jdbi = wiring.jdbi(pool);
      var prices = wiring.prices(jdbi, Bench::now);
      var ledger = wiring.ledger(jdbi, Bench::now);
      var plans = wiring.plans(jdbi, ledger, new JdbcEvents(Bench::now), Bench::now);
      gate = wiring.gate(jdbi, prices, plans, Bench::now);
      proof = wiring.proof(jdbi);
      price = prices.current("openai", "gpt-4o-mini").orElseThrow();
      for (int i = 0; i < wallets; i++) {
        owners.add(open(ledger, wiring.wallets(jdbi, ledger), wiring.budgets(Bench::now)));
      }
      jdbi.useHandle(handle -> handle.execute("VACUUM ANALYZE"));
    }

    private static Instant now() {
      return Instant.now().truncatedTo(ChronoUnit.MICROS);
    }

    private Owner open(JdbcLedger ledger, JdbcWallets wallets, JdbcBudgets budgets) {
      var owner = new Owner(new TeamId(UUID.randomUUID()), new BotId(UUID.randomUUID()));
      jdbi.useTransaction(tx -> {
        tx.execute(
            "INSERT INTO team (team_id, name, created_at) VALUES (?, 'a team', now())",
            owner.team().uuid());
        wallets.openWithFreeCredit(tx, owner.team());
        TestingBilling.give(tx, ledger, owner.team(), NanoUsd.ofCents(10_000_000));
        budgets.setLimits(
            tx, owner.team(), owner.bot(), Map.of(LimitKind.LIFETIME, NanoUsd.ofCents(9_000_000)));
      });
      return owner;
    }

    long run(int callers, Duration duration) throws Exception {
      long endNanos = System.nanoTime() + duration.toNanos();
      try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
        var tasks = new ArrayList<Callable<Long>>();
        for (int i = 0; i < callers; i++) {
          tasks.add(() -> call(endNanos));
        }
        long steps = 0;
        for (var done : threads.invokeAll(tasks)) {
          steps += done.get();
        }
        return steps;
      }
    }

    private long call(long endNanos) {
      long steps = 0;
      while (System.nanoTime() < endNanos) {
        step(owners.get(ThreadLocalRandom.current().nextInt(owners.size())));
        steps++;
      }
      return steps;
    }

    private void step(Owner owner) {
      var key = new StepKey(owner.team(), owner.bot(), new TurnId(UUID.randomUUID()), 1, 1);
      var request =
          new HoldRequest(
              key,
              BillingMode.WALLET,
              price,
              "ann",
              TestingBilling.UTC,
              new Ask.Tokens(3_024, 3_024, 1_000));
      var reservation = book(Booking.of(request)).reservation();
      if (!(reservation instanceof Reservation.Granted(var hold))) {
        throw new AssertionError("refused: " + reservation);
      }
      var settlement =
          new Settlement(Optional.of(USAGE), false, "answer", Optional.of("req_" + key.turn()));
      book(Booking.of(new Resolution.Settle(hold, settlement)));
    }

    private Booking.Booked book(Booking booking) {
      return isShared ? gate.book(booking) : jdbi.inTransaction(tx -> gate.book(tx, booking));
    }

    void prove() {
      for (var owner : owners.subList(0, Math.min(owners.size(), 50))) {
        assertThat(proof.prove(owner.team()).firstMismatch()).isEmpty();
      }
    }
  }

  /// Runs `pgbench` against a database of its own.
  private record Pgbench(EmbeddedPostgres postgres) {
    void initialize() throws Exception {
      run("-i", "-q", "-s", Integer.toString(SCALE));
    }

    double transactionsASecond(int clients) throws Exception {
      var output =
          run(
              "-N",
              "-n",
              "-M",
              "prepared",
              "-c",
              Integer.toString(clients),
              "-j",
              "2",
              "-T",
              Long.toString(MEASURED.toSeconds()));
      return output
          .lines()
          .filter(line -> line.startsWith("tps = "))
          .map(line -> Double.parseDouble(line.substring(6).split(" ", -1)[0]))
          .findFirst()
          .orElseThrow(() -> new AssertionError("pgbench told no rate: " + output));
    }

    private String run(String... options) throws Exception {
      var address = postgres.jdbcUrl().replaceFirst("^jdbc:postgresql://", "").split("[:/?]", -1);
      var command = new ArrayList<>(List.of("pgbench"));
      command.addAll(List.of(options));
      command.addAll(
          List.of("-h", address[0], "-p", address[1], "-U", postgres.user(), address[2]));
      var builder = new ProcessBuilder(command).redirectErrorStream(true);
      builder.environment().put("PGPASSWORD", postgres.password());
      var process = builder.start();
      var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor()).as(output).isZero();
      return output;
    }
  }
}
